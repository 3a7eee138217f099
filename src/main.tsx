import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import './styles.css'
import { settleEntry } from './url/entry.ts'

const root = document.getElementById('root')
if (!root) throw new Error('The page has no element #root')

createRoot(root).render(
  <StrictMode>
    <App entry={settleEntry()} />
  </StrictMode>,
)
