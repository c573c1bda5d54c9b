// The shell's texts in one language, as one chunk.
import shell from '../messages/en.json';
import ui from '@veche/ui/messages/en.json';

export const catalog = { ...ui, ...shell };
