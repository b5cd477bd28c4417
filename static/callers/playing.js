/** One sentence is heard at a time: a clip as the carrier plays it, words by a voice of this browser. */
import { signal } from '../ui.js';

/** The id of what is heard now; '' = nothing. */
export const playing = signal('');

/** @type {HTMLAudioElement|null} */
let sound = null;

export function stop() {
  playing.value = '';
  sound?.pause();
  sound = null;
  window.speechSynthesis?.cancel();
}

/** @param {string} id @param {string} clip @param {() => void} failed */
export function playClip(id, clip, failed) {
  stop();
  const audio = new Audio(`/api/callers/clip?name=${encodeURIComponent(clip)}`);
  sound = audio;
  playing.value = id;
  const over = () => {
    if (sound === audio) stop();
  };
  audio.onended = over;
  audio.onerror = () => {
    if (sound === audio) failed();
    over();
  };
  audio.play().catch(() => audio.onerror?.(''));
}

/** False: no voice here speaks this language. @param {string} id @param {string} words @param {string} tag */
export function readOut(id, words, tag) {
  stop();
  const speech = window.speechSynthesis;
  const language = tag.slice(0, 2);
  const voices = (speech?.getVoices() ?? []).filter((one) => one.lang.slice(0, 2) === language);
  const voice = voices.find((one) => one.lang.replace('_', '-') === tag) ?? voices[0];
  if (!voice) return false;
  const said = new SpeechSynthesisUtterance(words);
  said.voice = voice;
  said.lang = voice.lang;
  said.onend = () => {
    if (playing.peek() === id) playing.value = '';
  };
  said.onerror = said.onend;
  playing.value = id;
  speech.speak(said);
  return true;
}
