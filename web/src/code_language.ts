// Which highlighting a name asks for. Each language is loaded when the first such file is opened.
import type { Extension } from '@codemirror/state';

export interface Language {
  label: string;
  // Prose goes on in the next line; lines of code keep their shape and scroll.
  isProse?: boolean;
  // Absent for plain text.
  load?: () => Promise<Extension>;
}

const javascript = (options: { typescript?: boolean; jsx?: boolean }) => async () =>
  (await import('@codemirror/lang-javascript')).javascript(options);
const cpp = async (): Promise<Extension> => (await import('@codemirror/lang-cpp')).cpp();
const markdown = async (): Promise<Extension> =>
  (await import('@codemirror/lang-markdown')).markdown();
const python = async (): Promise<Extension> => (await import('@codemirror/lang-python')).python();

const kLanguages: { endings: string[]; language: Language }[] = [
  {
    endings: ['js', 'mjs', 'cjs', 'json'],
    language: { label: 'JavaScript', load: javascript({}) },
  },
  { endings: ['jsx'], language: { label: 'JavaScript', load: javascript({ jsx: true }) } },
  {
    endings: ['ts', 'mts'],
    language: { label: 'TypeScript', load: javascript({ typescript: true }) },
  },
  {
    endings: ['tsx'],
    language: { label: 'TypeScript', load: javascript({ typescript: true, jsx: true }) },
  },
  { endings: ['c', 'h', 'cc', 'cpp', 'hpp', 'cxx'], language: { label: 'C++', load: cpp } },
  {
    endings: ['md', 'markdown'],
    language: { label: 'Markdown', isProse: true, load: markdown },
  },
  { endings: ['py'], language: { label: 'Python', load: python } },
];

export function languageOf(title: string): Language {
  const ending = title.slice(title.lastIndexOf('.') + 1).toLowerCase();
  const found = kLanguages.find(({ endings }) => endings.includes(ending));
  return found?.language ?? { label: 'Plain text', isProse: true };
}
