// Pictures in the browser's own database, by the id they are given when they are taken.
import type { Pictures } from './outbox'

const open = () => new Promise<IDBDatabase>((done, fail) => {
  const asked = indexedDB.open('bihuan-found', 1)
  asked.onupgradeneeded = () => asked.result.createObjectStore('pictures')
  asked.onsuccess = () => done(asked.result)
  asked.onerror = () => fail(asked.error ?? new Error('no database'))
})

let database: Promise<IDBDatabase> | null = null

/** Runs one request; it has happened when its transaction is complete. */
async function run<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  database ??= open()
  database.catch(() => {
    database = null
  })
  const transaction = (await database).transaction('pictures', mode)
  const request = ask(transaction.objectStore('pictures'))
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done(request.result)
    transaction.onabort = () => fail(transaction.error ?? new Error('not kept'))
    transaction.onerror = () => fail(transaction.error ?? new Error('not kept'))
  })
}

export const pictures: Pictures = {
  put: async (id, blob) => void (await run('readwrite', (store) => store.put(blob, id))),
  get: (id) => run('readonly', (store) => store.get(id) as IDBRequest<Blob | undefined>),
  remove: async (id) => void (await run('readwrite', (store) => store.delete(id))),
}
