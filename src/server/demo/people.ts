/** The demo's 60 invented people in five groups, and the accounts that anyone may try. */
import type { User } from '../../contract/recording.ts'
import type { DemoAccount } from '../../contract/session.ts'

export const demoAccounts: readonly DemoAccount[] = [
  { username: 'supervisor', password: 'demo', role: 'supervisor' },
  { username: 'manager', password: 'demo', role: 'manager' },
  { username: 'agent', password: 'demo', role: 'base' },
  { username: 'guest', password: 'demo', role: 'none' },
]

/** The groups that the account `supervisor` leads. */
export const ledGroups: readonly string[] = ['Sales', 'Support']

export interface DemoPerson extends User {
  readonly group: string
  /** The number of their desk. */
  readonly phoneNumber: string
  /** How many calls they take, relative to 1. */
  readonly share: number
}

const departments: Readonly<Record<string, string>> = {
  Sales: 'Commercial',
  Support: 'Customer care',
  Billing: 'Administration',
  Logistics: 'Operations',
  Reception: 'Administration',
}

const named: Readonly<Record<string, readonly string[]>> = {
  Sales: [
    'Maria Rossi',
    'Luca Ferrari',
    'Giulia Bianchi',
    'Alessandro Colombo',
    'Chiara Ricci',
    'Thomas Müller',
    'Sofia Marchetti',
    'Davide Fontana',
    'Emma Thompson',
    'Lorenzo Galli',
    'Elena Conti',
    'Pierre Lefèvre',
  ],
  Support: [
    'Francesca Romano',
    'Marco Esposito',
    'Anna Kowalska',
    'Matteo Greco',
    'Sara Bruno',
    'Andrea De Luca',
    'Laura Costa',
    'James O’Connor',
    'Martina Giordano',
    'Simone Rizzo',
    'Valentina Lombardi',
    'Carlos Hernández',
    'Federica Moretti',
    'Stefano Barbieri',
    'Ingrid Nilsson',
    'Paolo Mancini',
    'Alice Testa',
    'Roberto Longo',
  ],
  Billing: [
    'Silvia Leone',
    'Giorgio Martinelli',
    'Ilaria Serra',
    'Nicola Vitale',
    'Beatrice Caruso',
    'Yuki Tanaka',
    'Fabio Ferrara',
    'Monica Santoro',
  ],
  Logistics: [
    'Antonio Marino',
    'Claudia Rinaldi',
    'Enrico Villa',
    'Daniela Sanna',
    'Pavel Novák',
    'Teresa Gatti',
    'Salvatore Messina',
    'Irene Pellegrini',
    'Omar Haddad',
  ],
  Reception: [
    'Cristina Parisi',
    'Gabriele Monti',
    'Nadia Popescu',
    'Rita Farina',
    'Ettore Sala',
    'Lucia Basile',
    'Hannah Weber',
  ],
}

/** `Andrea De Luca` → `adeluca`. */
function usernameOf(firstName: string, lastName: string): string {
  const plain = `${firstName.charAt(0)}${lastName}`.normalize('NFD').toLowerCase()
  return plain.replaceAll(/[^a-z]/g, '')
}

function person(username: string, name: string, group: string, index: number, share = 1): DemoPerson {
  const [firstName = '', ...rest] = name.split(' ')
  const department = departments[group] ?? group
  return {
    username,
    firstName,
    lastName: rest.join(' '),
    group,
    department,
    phoneNumber: String(201 + index),
    share,
  }
}

/** The demo's accounts, and `user1` and `user2` from the vendor's example. */
const special: readonly (readonly [username: string, name: string, group: string, share: number])[] = [
  ['agent', 'Bruno Neri', 'Sales', 1.2],
  ['supervisor', 'Patrizia Valente', 'Support', 0.2],
  ['manager', 'Renato Grassi', 'Billing', 0.1],
  ['guest', 'Olga Ferri', 'Reception', 0],
  ['user1', 'Ugo Primo', 'Support', 0.3],
  ['user2', 'Ada Secondi', 'Logistics', 0.3],
]

/** In a fixed order, because the extensions depend on it. */
export const demoPeople: readonly DemoPerson[] = [
  ...special.map(([username, name, group, share], index) => person(username, name, group, index, share)),
  ...Object.entries(named)
    .flatMap(([group, names]) => names.map((name) => ({ group, name })))
    .map(({ group, name }, index) => {
      const [first = '', ...rest] = name.split(' ')
      return person(usernameOf(first, rest.join('')), name, group, index + special.length)
    }),
]
