/** Signing in, and changing the password. */

export const login = {
  login: {
    title: 'Sign in',
    lead: 'The worst thing first, within seconds.',
    login: 'Login',
    password: 'Password',
    go: 'Sign in',
    going: 'Signing in …',
    wrong: 'Login and password do not match. Check both; nothing was changed.',
    slow: 'Too many tries. Wait a minute, then try again, or use a device on which you signed in before.',
    offline: 'The centre does not answer. Check that it is running, then try again.',
    caps: 'Caps Lock is on.',
    demo: 'Demo: sign in as',
    roles: { agent: 'agent', supervisor: 'supervisor', admin: 'administrator' },
    insecure:
      'This page came over plain http from another machine. Calls need a secure address: open it over ' +
      'https, or on the machine itself as http://localhost. An administrator sets HOLDFAST_TLS_CERT and ' +
      'HOLDFAST_TLS_KEY; the demo does it itself: holdfast demo --tls.',
  },
  password: {
    title: 'Change your password',
    old: 'Current password',
    new: 'New password',
    again: 'New password again',
    go: 'Change it',
    going: 'Changing …',
    leave: 'Leave it as it is',
    /** @param {number} n */
    lead: (n) =>
      `At least ${n} characters: a few words that nobody would put together. You stay signed in here; ` +
      'every other device is signed out.',
    /** @param {number} n */
    short: (n) => `The new password needs at least ${n} characters. Nothing was changed.`,
    differs: 'The two new passwords are not the same. Nothing was changed.',
    done: 'Your password is changed. Other devices are signed out.',
  },
};
