import { Picker, PickerItem } from '@react-spectrum/s2'

export interface SandboxPickerProps {
  readonly sandboxes: readonly { readonly name: string; readonly title: string }[]
  readonly chosen: string | null
  readonly onChoose: (name: string) => void
}

/** Where one works. */
export function SandboxPicker({ sandboxes, chosen, onChoose }: SandboxPickerProps) {
  return (
    <Picker
      aria-label="Sandbox"
      isQuiet
      items={sandboxes.map(({ name, title }) => ({ id: name, title }))}
      selectedKey={chosen}
      onSelectionChange={(key) => key !== null && onChoose(String(key))}
    >
      {({ title }) => <PickerItem>{title}</PickerItem>}
    </Picker>
  )
}
