// The shell's texts in one language, as one chunk.
import shell from '../messages/ru.json';
import ui from '@veche/ui/messages/ru.json';

export const catalog = { ...ui, ...shell };
