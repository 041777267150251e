// What is pressed answers first; what follows from it is worked out once that has been painted.

/** Runs when the next picture is on the screen; at once where there are no pictures, as in a tab behind others. */
export function afterPaint(run: () => void) {
  if (document.hidden) return run()
  requestAnimationFrame(() => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      channel.port1.close()
      run()
    }
    channel.port2.postMessage(null)
  })
}
