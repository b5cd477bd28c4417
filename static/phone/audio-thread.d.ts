/** What an AudioWorkletGlobalScope has (TypeScript's libraries leave it out); for the type checker alone. */

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
