import { createColumnHelper, tableFeatures } from '@tanstack/react-table'
import { listText } from '../text/list-text.ts'
import {
  directionCell,
  durationCell,
  localCell,
  ownerCell,
  referenceCell,
  remoteCell,
  startedCell,
} from './cells.tsx'
import type { RecordingRow } from './rows.ts'

/** The recorder sorts, filters and pages, so the table needs no features. */
export const features = tableFeatures({})

const helper = createColumnHelper<typeof features, RecordingRow>()
const t = (): ReturnType<typeof listText.get> => listText.get()

export const columns = helper.columns([
  helper.display({ id: 'started', header: () => t().started, cell: ({ row }) => startedCell(row.original) }),
  helper.display({
    id: 'duration',
    header: () => t().duration,
    cell: ({ row }) => durationCell(row.original),
  }),
  helper.display({
    id: 'direction',
    header: () => t().direction,
    cell: ({ row }) => directionCell(row.original),
  }),
  helper.display({ id: 'remote', header: () => t().remote, cell: ({ row }) => remoteCell(row.original) }),
  helper.display({ id: 'owner', header: () => t().owner, cell: ({ row }) => ownerCell(row.original) }),
  helper.display({ id: 'local', header: () => t().local, cell: ({ row }) => localCell(row.original) }),
  helper.display({
    id: 'reference',
    header: () => t().reference,
    cell: ({ row }) => referenceCell(row.original, row.id),
  }),
])
