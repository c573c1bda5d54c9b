// How a page of a module calls the API: the shell puts a caller into the context, the page takes it from there.
import type { Call } from '../client.ts';
import { createContext } from 'svelte';

const [readCall, writeCall] = createContext<Call>();

/** The caller of this page; take it while the component is being made. @throws Error: outside of the shell. */
export const getCall = readCall;
/** For the shell alone. */
export const setCall = writeCall;
