import type { Session } from '../contract/session.ts'
import { listText } from '../text/list-text.ts'

/** Whose calls the user finds: `All recordings`, `Groups Sales and Support` or `Your calls`. */
export function scopeLine({ scope }: Session): string {
  const t = listText.get()
  if (scope.kind === 'all') return t.scopeAll
  if (scope.kind === 'own') return t.scopeOwn
  if (scope.kind === 'recorder') return t.scopeRecorder
  if (scope.kind === 'none' || scope.groups.length === 0) return t.scopeNone
  const last = scope.groups.at(-1) ?? ''
  const others = scope.groups.slice(0, -1).join(', ')
  return others === '' ? t.scopeGroup({ group: last }) : t.scopeGroups({ others, last })
}
