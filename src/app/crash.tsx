import { Component, type ReactNode } from 'react'
import { shellText } from '../text/shell-text.ts'
import { Button } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { reloadPage } from '../url/reload.ts'

/** The last resort, if the program fails or a part of it cannot be loaded. */
export class CrashBoundary extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false }

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true }
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children
    const t = shellText.get()
    return (
      <Message
        title={t.crashTitle}
        actions={
          <Button look="primary" onClick={reloadPage}>
            {t.reload}
          </Button>
        }
      >
        {t.crashHint}
      </Message>
    )
  }
}
