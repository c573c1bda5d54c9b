// Makes ledger/API.md of the doc comments: every export of the library, with its signature and what is said of it.
// Reads the sources as text and their syntax alone; it must say nothing that is not written there.
import * as ts from 'typescript';

/** A source file of the library by its name, such as `note.ts`. */
export type Source = { readonly name: string; readonly text: string };

/** Something a file exports. */
export type Export = {
  readonly name: string;
  readonly isFunction: boolean;
  /** TypeScript without bodies and values. */
  readonly signature: string;
  readonly docs: Docs | null;
};

/** The parts of a doc comment. */
export type Docs = {
  /** Markdown. */
  readonly text: string;
  /** Tags in the order of the comment; `{@link x}` is `x` in code. */
  readonly tags: readonly { readonly tag: string; readonly text: string }[];
};

/** The exports of a file in its order. */
export function exportsOf({ name, text }: Source): Export[] {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
  const all = file.statements.flatMap((statement): Export[] => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    const docs = readDocs(statement);
    const raw = (from: ts.Node, to: number): string => text.slice(from.getStart(file), to).trimEnd();
    if (ts.isFunctionDeclaration(statement)) {
      const end = statement.body?.getStart(file) ?? statement.end;
      const signature = raw(statement, end).replace(/^export /, '');
      return [{ name: statement.name!.text, isFunction: true, signature, docs }];
    }
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map((declaration) => ({
        name: declaration.name.getText(file),
        isFunction: declaration.initializer !== undefined && ts.isArrowFunction(declaration.initializer),
        signature: `const ${signatureOf(declaration, file)}`,
        docs,
      }));
    if (ts.isTypeAliasDeclaration(statement))
      return [
        {
          name: statement.name.text,
          isFunction: false,
          signature: raw(statement, statement.end).replace(/^export /, ''),
          docs,
        },
      ];
    if (ts.isClassDeclaration(statement))
      return [
        {
          name: statement.name!.text,
          isFunction: false,
          signature: signatureOfClass(statement, file),
          docs,
        },
      ];
    throw new Error(`${name} exports something this page has no form for`);
  });
  return [...Map.groupBy(all, (one) => one.name).values()].map(joinOverloads);
}

/** One of several signatures of a function; the last of them is the body's, which no caller sees. */
function joinOverloads(all: readonly Export[]): Export {
  if (all.length === 1) return all[0]!;
  const shown = all.slice(0, -1);
  const signature = shown.map((one) => one.signature).join('\n');
  return { ...all[0]!, signature, docs: all.find(({ docs }) => docs !== null)?.docs ?? null };
}

/** Characters of a value that is shown. */
const LONGEST_VALUE = 400;

function signatureOf(declaration: ts.VariableDeclaration, file: ts.SourceFile): string {
  const name = declaration.name.getText(file);
  if (declaration.type) return `${name}: ${declaration.type.getText(file)}`;
  const value = declaration.initializer;
  if (value && ts.isArrowFunction(value)) {
    const parameters = value.parameters.map((parameter) => parameter.getText(file)).join(', ');
    return `${name}: (${parameters}) => ${value.type?.getText(file) ?? 'unknown'}`;
  }
  // A short value is its own best description; of anything else the name must do.
  const isShort = value && value.getText(file).length <= LONGEST_VALUE;
  return isShort ? `${name} = ${value.getText(file)}` : name;
}

function signatureOfClass(statement: ts.ClassDeclaration, file: ts.SourceFile): string {
  const text = file.text;
  const open = text.indexOf('{', statement.name!.end);
  const members = statement.members.map((member) => {
    const comments = ts.getLeadingCommentRanges(text, member.pos) ?? [];
    const body =
      ts.isConstructorDeclaration(member) || ts.isMethodDeclaration(member) ? member.body : undefined;
    const code = text.slice(member.getStart(file), body ? body.getStart(file) : member.end).trimEnd();
    return [...comments.map(({ pos, end }) => text.slice(pos, end)), body ? `${code};` : code]
      .map((line) => `  ${line}\n`)
      .join('');
  });
  const head = text
    .slice(statement.getStart(file), open)
    .replace(/^export /, '')
    .trimEnd();
  return `${head} {\n${members.join('')}}`;
}

function readDocs(statement: ts.Statement): Docs | null {
  const comment = ts.getJSDocCommentsAndTags(statement).findLast(ts.isJSDoc);
  if (!comment) return null;
  return {
    text: textOf(comment.comment),
    tags: (comment.tags ?? []).map((tag) => {
      const parameter = ts.isJSDocParameterTag(tag) ? `\`${tag.name.getText()}\`: ` : '';
      // The compiler takes the name behind @throws for a type; its source is what was written.
      const written = tag.getText().replace(/^@\w+\s*/, '');
      const text =
        ts.isJSDocThrowsTag(tag) || tag.tagName.text === 'example' ? clean(written) : textOf(tag.comment);
      return { tag: tag.tagName.text, text: parameter + text };
    }),
  };
}

/** The text of a doc comment without its stars. */
const clean = (text: string): string => text.replace(/\n\s*\* ?/g, '\n').trim();

const textOf = (comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string =>
  unlink(typeof comment === 'string' ? comment : (comment ?? []).map((part) => part.getText()).join(''));

const unlink = (text: string): string => clean(text).replace(/\{@link ([^}]+)\}/g, '`$1`');

const LABELS: Readonly<Record<string, string>> = { param: '', returns: 'Returns ', throws: 'Throws ' };

function sectionOf({ name, signature, docs }: Export): string {
  const tags = (docs?.tags ?? []).filter(({ tag }) => tag !== 'example');
  const examples = (docs?.tags ?? []).filter(({ tag }) => tag === 'example');
  return [
    `### ${name}`,
    '```ts\n' + [signature, ...examples.map(({ text }) => `\n${text}`)].join('\n') + '\n```',
    ...(docs?.text ? [docs.text] : []),
    ...(tags.length > 0
      ? [
          tags
            .map(({ tag, text }) => `- ${LABELS[tag] ?? `${tag}: `}${unlink(text).replace(/\n/g, ' ')}`)
            .join('\n'),
        ]
      : []),
  ].join('\n\n');
}

/** What a file says of itself in its first lines. */
function introOf({ text }: Source): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n')
    .replace(
      /\n\n((?: {2,}.*\n?)+)/g,
      (_, block: string) => `\n\n\`\`\`text\n${block.replace(/^ {2}/gm, '').trimEnd()}\n\`\`\`\n`,
    );
}

/** The page. */
export function makeApiPage(sources: readonly Source[]): string {
  const files = sources
    .map((source) => ({ source, found: exportsOf(source) }))
    .filter(({ found }) => found.length > 0);
  return [
    '# API of @veche/ledger',
    'Made of the doc comments by `node ledger/src/cli/write-api.ts`; a test compares. Every example is executed by a test; `seed`, `checkpoint` and the like in them are sample values. What each file is for is told in [README.md](README.md), the formats in [SPEC.md](SPEC.md).',
    files
      .map(
        ({ source: { name }, found }) =>
          `- [${name}](#${name.replace('.', '')}): ${found.map((one) => `\`${one.name}\``).join(' ')}`,
      )
      .join('\n'),
    ...files.flatMap(({ source, found }) => [
      `## ${source.name}`,
      introOf(source).trimEnd(),
      ...found.map(sectionOf),
    ]),
  ]
    .join('\n\n')
    .concat('\n');
}
