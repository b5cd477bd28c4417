import test from 'node:test';
import assert from 'node:assert/strict';
import { choiceOf, find, offered } from '../../static/devices.js';

const device = (kind, deviceId, label = '') => ({ kind, deviceId, label });
const ALL = [
  device('audioinput', 'default', 'Default'),
  device('audioinput', 'communications', 'Communications'),
  device('audioinput', 'm1', 'Headset'),
  device('audioinput', 'm2', 'Camera'),
  device('audiooutput', 'default', 'Default'),
  device('audiooutput', 's1', 'Headset'),
  device('audiooutput', 's2', 'Desk speaker'),
  device('audioinput', '', ''),
];

test('what is offered is of its kind, and no alias of the system', () => {
  assert.deepEqual(
    offered(ALL, 'mic').map((d) => d.deviceId),
    ['m1', 'm2'],
  );
  assert.deepEqual(
    offered(ALL, 'ring').map((d) => d.deviceId),
    ['s1', 's2'],
  );
});

test('the chosen one by its id, or by its name where the id is another now', () => {
  assert.equal(find(ALL, 'mic', { id: 'm2', name: 'Camera' }), 'm2');
  assert.equal(find(ALL, 'mic', { id: 'of last week', name: 'Headset' }), 'm1');
  assert.equal(find(ALL, 'speaker', { id: 'of last week', name: 'Headset' }), 's1');
});

test('one that is away is the standard one, and so is no choice', () => {
  assert.equal(find(ALL, 'mic', { id: 'gone', name: 'Unplugged' }), 'default');
  assert.equal(find(ALL, 'mic', { id: 'gone', name: '' }), 'default');
  assert.equal(find(ALL, 'mic', { id: 'default', name: '' }), 'default');
  assert.equal(find([], 'mic', { id: 'm1', name: 'Headset' }), 'default');
});

test('what older pages stored is read', () => {
  assert.deepEqual(choiceOf('m1'), { id: 'm1', name: '' });
  assert.deepEqual(choiceOf(null), { id: 'default', name: '' });
  assert.deepEqual(choiceOf({ id: 'm1', name: 'Headset' }), { id: 'm1', name: 'Headset' });
});

test('no device is offered for what it is not', () => {
  assert.deepEqual(offered([], 'speaker'), []);
  assert.equal(find(ALL, 'speaker', { id: 'm1', name: 'Camera' }), 'default');
});
