// What was changed here and what was changed elsewhere, brought together field by field.

/** What was changed here, and what it stood at when the change began. */
export type Held<T> = { value: T; from: T }

export const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands with what was changed here in it. Overtaken is a field, or what is no record, that was changed in both places and not alike. */
export function merged<T>({ value, from }: Held<T>, stands: T): { value: T; isOvertaken: boolean } {
  if (!isRecord(value) || !isRecord(from) || !isRecord(stands)) {
    return { value, isOvertaken: !isSame(from, stands) && !isSame(value, stands) }
  }
  const mine = Object.keys(value).filter((name) => !isSame(value[name], from[name]))
  return {
    value: { ...stands, ...Object.fromEntries(mine.map((name) => [name, value[name]])) },
    isOvertaken: mine.some((name) => !isSame(stands[name], from[name]) && !isSame(stands[name], value[name])),
  }
}
