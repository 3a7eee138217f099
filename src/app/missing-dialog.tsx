import { useText } from '../text/i18n.ts'
import { shellText } from '../text/shell-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

/** In place of a dialog that could not be loaded. The next press of its button tries again. */
export function MissingDialog({ label, onClose }: { readonly label: string; readonly onClose: () => void }) {
  const t = useText(shellText)
  return (
    <Dialog label={label} onClose={onClose} className="m-auto max-w-sm rounded-xl p-5">
      <p className="mb-3">{t.dialogMissing}</p>
      <Button look="primary" onClick={onClose}>
        {t.close}
      </Button>
    </Dialog>
  )
}
