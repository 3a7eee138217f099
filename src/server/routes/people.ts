/** Finds people for a user who looks for an owner. It shows no recording, so the audit log gets its refusals only. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PEOPLE } from '../../contract/endpoints.ts'
import { MAX_PEOPLE, MAX_PEOPLE_QUERY, USUAL_PEOPLE } from '../../contract/people.ts'
import { Problem } from '../../contract/problems.ts'
import { rawQuery } from '../http/requests.ts'
import { audited } from './auditing.ts'
import { requireBaseAccess } from './base-access.ts'
import { takePlace } from './lanes.ts'
import type { RecordingsOptions } from './recordings.ts'

function invalid(message: string): Problem {
  return new Problem({ code: 'invalid_request', message })
}

/** As in the Recordings API, the first of several counts, and an unknown parameter changes nothing. */
function readPeopleQuery(request: FastifyRequest): { q: string; limit: number } {
  const params = new URLSearchParams(rawQuery(request))
  const q = params.get('q') ?? ''
  if (q.length > MAX_PEOPLE_QUERY) throw invalid(`q takes up to ${MAX_PEOPLE_QUERY} characters.`)
  const given = params.get('limit') ?? String(USUAL_PEOPLE)
  const limit = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
  if (limit >= 1 && limit <= MAX_PEOPLE) return { q, limit }
  throw invalid(`limit takes a whole number from 1 to ${MAX_PEOPLE}.`)
}

type PeopleOptions = Omit<RecordingsOptions, 'nowMs'>

export function peopleRoute(app: FastifyInstance, options: PeopleOptions): void {
  const { source, lanes, contact } = options
  const find = audited(options, 'people', async (request, reply, { principal }) => {
    requireBaseAccess(principal, contact)
    const { q, limit } = readPeopleQuery(request)
    await takePlace(lanes, 'people', principal, reply)
    return source.people(q, limit, principal)
  })
  app.get(PEOPLE, find)
}
