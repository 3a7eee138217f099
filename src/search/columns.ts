import { createColumnHelper, tableFeatures } from '@tanstack/react-table'
import { listText } from '../text/list-text.ts'
import { columnNames } from './cells.tsx'
import type { RecordingRow } from './rows.ts'

/** The recorder sorts, filters and pages, so the table needs no features. */
export const features = tableFeatures({})

const helper = createColumnHelper<typeof features, RecordingRow>()

/** The cells are made row by row: to keep an object of the library for each would cost more than the cells. */
export const columns = helper.columns(
  columnNames.map((id) => helper.display({ id, header: () => listText.get()[id] })),
)
