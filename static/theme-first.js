// Runs before the first paint (a plain script, not a module): the chosen theme, if there is one.
try {
  const theme = JSON.parse(localStorage.getItem('holdfast.theme') ?? 'null');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  /* storage is closed: the system's theme it is */
}
