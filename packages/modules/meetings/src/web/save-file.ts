// Hands a text to the person as a file. Nothing goes over the network.
import type { KeptReceipt } from './device-store.ts';

/** Offers the receipt as a `.tlog-proof` file. The formats are loaded at the first use. */
export async function saveReceipt(receipt: KeptReceipt): Promise<void> {
  const { receiptFileName, receiptText } = await import('./receipt-file.ts');
  saveText(receiptFileName(receipt), receiptText(receipt));
}

/** Offers a text as a file. */
export function saveText(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has begun once the click returned; the address is let go a moment later for browsers that lag.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
