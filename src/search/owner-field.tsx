import { useStore } from '@nanostores/react'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import { watchOwnerNames } from '../api/owner-names.ts'
import { peopleQuery } from '../api/queries.ts'
import { MAX_PEOPLE, type Person } from '../contract/people.ts'
import { useText } from '../text/i18n.ts'
import { filterText } from '../text/list-text.ts'
import { Combobox } from '../ui/combobox.tsx'
import { Data } from '../ui/data.tsx'
import { useDraft, usePause } from '../ui/typing.ts'
import { ownersSeen, type Owner } from './owners.ts'
import { personCalled, personLabel, suggestPeople, usernameInLabel } from './people.ts'
import { useFilter } from './use-filter.ts'

const ASK_AFTER_MS = 150
/** How long Enter waits for an answer about its text before it takes the text as a username. */
const LONGEST_WAIT_MS = 1000

const NOBODY: readonly Person[] = []

/** Suggestions for the text. The last answer stays until the next one arrives. */
function useSuggestions(text: string, seen: readonly Owner[]) {
  const t = useText(filterText)
  const asked = usePause(text, ASK_AFTER_MS)
  const { data, failureReason, isPlaceholderData, isFetched } = useQuery({
    ...peopleQuery(asked),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  })
  const people = suggestPeople(text, text === '' ? NOBODY : (data ?? NOBODY), seen, MAX_PEOPLE)
  const isAnswered = asked === text && isFetched && !isPlaceholderData
  const said = (): { readonly words: string; readonly shown: boolean } => {
    if (text === '') return { words: '', shown: false }
    if (failureReason) return { words: t.peopleFailed, shown: true }
    if (people.length > 0) return { words: isAnswered ? t.people(people.length) : '', shown: false }
    return { words: isAnswered ? t.nobody : t.peopleLoading, shown: true }
  }
  return { people, said: said() }
}

/**
 * Applies a text at Enter. A text that only one person matches stands for that person; any other text is a username.
 * @returns whether an Enter waits for its answer, and the setter of its text.
 */
function useEntered(draft: string | null, apply: (username: string) => void) {
  const client = useQueryClient()
  const [entered, setEntered] = useState<string | null>(null)
  const decide = useEffectEvent((text: string, people: readonly Person[]) => {
    setEntered(null)
    // Another change, such as Back, may have discarded the text.
    if (draft?.trim() !== text) return
    const meant = personCalled(text, people) ?? (people.length === 1 ? people[0] : undefined)
    apply(meant?.username ?? text)
  })
  useEffect(() => {
    if (entered === null) return undefined
    let waits = true
    const answer = (people: readonly Person[]): void => {
      if (waits) decide(entered, people)
      waits = false
    }
    client.fetchQuery(peopleQuery(entered)).then(answer, () => answer(NOBODY))
    const timer = setTimeout(() => answer(NOBODY), LONGEST_WAIT_MS)
    return () => {
      waits = false
      clearTimeout(timer)
    }
  }, [client, entered])
  return [entered !== null, setEntered] as const
}

function PersonOption({ person: { username, name, group } }: { readonly person: Person }) {
  return (
    <span>
      <Data>{name ?? username}</Data>
      {name === null ? null : (
        <span className="text-muted">
          {' · '}
          <Data>{username}</Data>
        </span>
      )}
      {group === null ? null : (
        <span className="combo-further text-muted">
          {' · '}
          <Data>{group}</Data>
        </span>
      )}
    </span>
  )
}

interface OwnerFieldProps {
  /** Why the recorder did not accept this filter. */
  readonly rejected?: string
}

/**
 * Finds the owner by name or username. It applies a pick, or the text at Enter, but nothing while the user types. A
 * text that is left without Enter is applied only if it is empty, or somebody's username or whole name; otherwise the field
 * shows the owner of the address again.
 */
export function OwnerField({ rejected }: OwnerFieldProps) {
  const t = useText(filterText)
  const client = useQueryClient()
  const [value, change] = useFilter('ownerUsername')
  const username = value?.text ?? ''
  const [draft, setDraft] = useDraft<string>(username)
  const [seen, setSeen] = useState<readonly Owner[]>([])
  const text = draft?.trim() ?? ''
  const { people, said } = useSuggestions(text, seen)
  const apply = (next: string): void => {
    setDraft(null)
    change(next === '' ? undefined : { op: 'equals', text: next })
  }
  const [isWaiting, setEntered] = useEntered(draft, apply)
  const name = useStore(watchOwnerNames(client)).get(username.toLowerCase()) ?? null
  /** The username that the text names as it stands; empty for an empty text. */
  const named = (): string | null =>
    text === '' ? '' : (personCalled(text, people)?.username ?? usernameInLabel(text))
  const enter = (): void => {
    if (draft === null) return
    const meant = named()
    if (meant === null) setEntered(text)
    else apply(meant)
  }
  const leave = (): void => {
    if (draft === null || isWaiting) return
    const meant = named()
    if (meant === null) setDraft(null)
    else apply(meant)
  }
  return (
    <Combobox
      label={t.ownerUsername}
      error={rejected}
      options={people.map((person) => ({
        key: person.username,
        content: <PersonOption person={person} />,
      }))}
      words={
        said.words === '' ? null : (
          <span className={said.shown ? 'combo-words' : 'sr-only'}>{said.words}</span>
        )
      }
      inputValue={draft ?? personLabel({ username, name })}
      onInput={(typed) => {
        setEntered(null)
        setDraft(typed)
      }}
      onPick={apply}
      onEnter={enter}
      onFocus={() => setSeen(ownersSeen(client))}
      onBlur={leave}
      clear={username === '' && draft === null ? undefined : { label: t.clearOwner, run: () => apply('') }}
    />
  )
}
