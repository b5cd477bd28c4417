/** WebHID, as far as the pages use it: not yet among the types of a browser. No page loads this file. */

interface HidItem {
  isAbsolute?: boolean;
  isArray?: boolean;
  isRange?: boolean;
  hasPreferredState?: boolean;
  usages?: number[];
  usageMinimum?: number;
  usageMaximum?: number;
  logicalMinimum?: number;
  reportSize?: number;
  reportCount?: number;
}
interface HidReport {
  reportId?: number;
  items?: HidItem[];
}
interface HidCollection {
  usagePage?: number;
  usage?: number;
  children?: HidCollection[];
  inputReports?: HidReport[];
  outputReports?: HidReport[];
}
interface HidInput extends Event {
  device: HidDevice;
  reportId: number;
  data: DataView;
}
interface HidDevice {
  opened: boolean;
  productName: string;
  collections: HidCollection[];
  oninputreport: ((event: HidInput) => void) | null;
  open(): Promise<void>;
  close(): Promise<void>;
  forget?(): Promise<void>;
  sendReport(reportId: number, data: BufferSource): Promise<void>;
}
interface HidConnection extends Event {
  device: HidDevice;
}
interface Hid {
  getDevices(): Promise<HidDevice[]>;
  requestDevice(options: { filters: { usagePage?: number }[] }): Promise<HidDevice[]>;
  addEventListener(type: 'connect' | 'disconnect', listener: (event: HidConnection) => void): void;
}

/** A button of a headset. `latches`: its report says which way it is, not that it was pressed. */
interface HidButton {
  name: import('./hid.js').ButtonName;
  reportId: number;
  at: number[];
  size: number;
  equals: number | null;
  latches: boolean;
}
interface HidLamp {
  name: import('./hid.js').LampName;
  reportId: number;
  at: number;
}
/** What one device has. `bytes`: how long each of its reports is that has a lamp. */
interface HidControls {
  buttons: HidButton[];
  lamps: HidLamp[];
  bytes: Record<number, number>;
}
/** `to`: which way it is now; null: pressed. */
interface HidPress {
  button: import('./hid.js').ButtonName;
  to: boolean | null;
}
