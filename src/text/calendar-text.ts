import { i18n, params } from './i18n.ts'

export const calendarText = i18n('calendar', {
  days: 'Days',
  previous: 'Previous month',
  next: 'Next month',
  today: params('Today, {date}'),
  selected: params('{date}, selected'),
  earlier: '−15 min',
  earlierHint: 'Start 15 minutes earlier',
  later: '+15 min',
  laterHint: 'End 15 minutes later',
  wholeDay: 'Whole day',
  wholeDayHint: 'From midnight to midnight',
  apply: 'Apply',
  cancel: 'Cancel',
  nothing: 'Choose a day. A second day makes it a range.',
  zone: params('Days and times in {zone}'),
})
