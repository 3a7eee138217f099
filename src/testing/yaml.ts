/** Reads YAML by the parser that formats it. */
import { parsers } from 'prettier/plugins/yaml'

/** A part of the parser's tree. */
interface Part {
  readonly type: string
  readonly value?: string
  readonly anchor?: { readonly value: string } | null
  readonly children?: readonly (Part | null)[]
}

type Reader = (part: Part | null | undefined) => unknown

const scalars: Readonly<Record<string, unknown>> = { true: true, false: false, null: null }

function readMapping(part: Part, read: Reader): Record<string, unknown> {
  const merged: Record<string, unknown> = {}
  const own: Record<string, unknown> = {}
  for (const item of part.children ?? []) {
    const [key, value] = item?.children ?? []
    const [name, content] = [String(read(key)), read(value)]
    if (name === '<<') Object.assign(merged, content)
    else own[name] = content
  }
  return { ...merged, ...own }
}

function readPart(part: Part, read: Reader): unknown {
  switch (part.type) {
    case 'mapping':
    case 'flowMapping':
      return readMapping(part, read)
    case 'sequence':
    case 'flowSequence':
      return (part.children ?? []).map(read)
    case 'plain': {
      const text = part.value ?? ''
      if (/^-?\d+$/.test(text)) return Number(text)
      return text in scalars ? scalars[text] : text
    }
    case 'quoteSingle':
    case 'quoteDouble':
      return part.value
    case 'root':
    case 'document':
    case 'documentBody':
    case 'mappingKey':
    case 'mappingValue':
    case 'flowMappingItem':
    case 'flowSequenceItem':
    case 'sequenceItem':
      return read(part.children?.findLast((child) => child !== null && child.type !== 'documentHead'))
    default:
      throw new Error(`The tests do not read YAML with a ${part.type}.`)
  }
}

/** @returns what the document says, with its aliases and merged mappings resolved. */
export async function readYaml(text: string): Promise<unknown> {
  const anchors = new Map<string, unknown>()
  const read: Reader = (part) => {
    if (!part) return null
    if (part.type === 'alias') {
      if (anchors.has(part.value ?? '')) return anchors.get(part.value ?? '')
      throw new Error(`Nothing is named &${part.value}.`)
    }
    const value = readPart(part, read)
    if (part.anchor) anchors.set(part.anchor.value, value)
    return value
  }
  // The parser needs none of the options that its type asks for.
  return read((await parsers.yaml.parse(text, {} as never)) as Part)
}
