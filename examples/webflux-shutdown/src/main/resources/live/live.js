// SPDX-License-Identifier: Apache-2.0
// Shows what the server works on: takes looks from the feed, puts them into the page, and plots them.
// Names of tasks are whatever they were given: they enter the page as text, never as markup.

const WINDOW = 120_000; // milliseconds in the plot
const RETRY = 1_000; // milliseconds between two tries to connect
const COUNTS = ['active', 'queued', 'succeeded', 'failed', 'cancelled', 'timed_out', 'rejected'];

const number = new Intl.NumberFormat('en');
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const byId = id => document.getElementById(id);

// ---------------------------------------------------------------- what is known

/** The last look; null before the first. */
let look = null;
/** 'connecting', 'live', 'ended' (the server has said its last), or 'lost'. */
let link = 'connecting';
let lostAt = null;
/** Most tasks that were left at a time since the group was closed. */
let toDrain = 0;
/** Groups that were seen in this process, by their place in the tree: those that have drained leave the server's tree. */
let places = new Map();
/** Samples, oldest first: { at, time, active, queued }, or { at, isGap: true } where nobody knows. */
const samples = [];
/** What happened when: { at, text }. */
const moments = [];
let isPaused = false;

const pending = counts => counts.active + counts.queued;
const isDrained = group => group.isClosed && pending(group.counts) === 0;

// ---------------------------------------------------------------- the feed

function connect() {
  const source = new EventSource('feed');
  source.addEventListener('look', event => take(JSON.parse(event.data), 'live'));
  source.addEventListener('end', event => {
    take(JSON.parse(event.data), 'ended');
    again(source);
  });
  source.addEventListener('error', () => {
    if (link !== 'lost') {
      lostAt = new Date();
      link = 'lost';
      samples.push({ at: performance.now(), isGap: true });
    }
    show();
    again(source);
  });
}

/** In our own time and not the browser's: it gives up when it is answered with an error, as by a server that starts. */
function again(source) {
  source.close();
  setTimeout(connect, RETRY);
}

function take(next, newLink) {
  const at = performance.now();
  const before = look;
  if (before === null || before.process !== next.process) {
    toDrain = 0;
    places = new Map();
    if (before !== null) {
      samples.push({ at, isGap: true });
      moments.push({ at, text: 'new server' });
    }
  } else if (link === 'ended') {
    // The same server, on its way out: it has nothing new to say.
    newLink = 'ended';
  }
  const closedBefore = before !== null && before.process === next.process && before.group.isClosed;
  if (next.group.isClosed) {
    toDrain = Math.max(toDrain, pending(next.group.counts));
    if (!closedBefore) {
      moments.push({ at, text: 'closed' });
    }
    if (isDrained(next.group) && !(closedBefore && isDrained(before.group))) {
      moments.push({ at, text: 'drained' });
    }
  }
  samples.push({ at, time: new Date(), active: next.group.counts.active, queued: next.group.counts.queued });
  for (const list of [samples, moments]) {
    while (list.length > 1 && list[1].at < at - WINDOW) {
      list.shift();
    }
  }
  look = next;
  link = newLink;
  show();
}

// ---------------------------------------------------------------- the page

/** Characters that cannot be seen, or that change how others are, are shown by their code. */
function visible(name) {
  return name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, point => `\\u${point.codePointAt(0).toString(16).padStart(4, '0')}`);
}

function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  if (text !== undefined) {
    element.textContent = text;
  }
  return element;
}

/** Makes the rows of a table those of the items, in their order, and keeps those that were there. */
function setRows(body, items, makeRow, fill) {
  const rows = new Map([...body.children].map(row => [row.dataset.key, row]));
  body.replaceChildren(...items.map(item => {
    const row = rows.get(item.key) ?? makeRow();
    row.dataset.key = item.key;
    fill(row, item);
    return row;
  }));
}

function age(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 1) {
    return `${milliseconds} ms`;
  }
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const tasks = count => (count === 1 ? '1 task' : `${number.format(count)} tasks`);

function show() {
  showState();
  if (isPaused) {
    return;
  }
  if (look !== null) {
    showCounts();
    showDrain();
    showGroups();
    showRunning();
  }
  plot();
}

function stateNow() {
  if (link === 'lost') {
    return ['disconnected', 'Disconnected'];
  }
  if (look === null) {
    return ['connecting', 'Connecting'];
  }
  if (isDrained(look.group)) {
    return ['drained', 'Drained'];
  }
  if (link === 'ended') {
    return ['stopped', 'Stopped'];
  }
  if (look.group.isCancelled) {
    return ['cancelling', 'Cancelling'];
  }
  return look.group.isClosed ? ['draining', 'Draining'] : ['open', 'Running'];
}

function noteNow() {
  const left = look === null ? 0 : pending(look.group.counts);
  if (link === 'lost') {
    const since = `since ${clock.format(lostAt)}, trying again`;
    if (look === null) {
      return since;
    }
    return `${since}; it ${isDrained(look.group) ? 'had drained' : `had ${tasks(left)} left when last seen`}`;
  }
  return link === 'ended' && left > 0 ? `${tasks(left)} had not ended` : '';
}

function showState() {
  const [state, word] = stateNow();
  const chip = byId('state');
  chip.dataset.state = state;
  setText(chip, word);
  setText(byId('state-note'), noteNow());
  document.title = look === null ? word : `${word}: ${visible(look.group.name)}`;
  if (look !== null) {
    setText(byId('name'), visible(look.group.name));
    setText(byId('process'), `process ${look.process}`);
  }
}

function showCounts() {
  for (const count of COUNTS) {
    const element = byId(`count-${count}`);
    const value = look.group.counts[count];
    setText(element, number.format(value));
    element.classList.toggle('alarming', value > 0 && (count === 'failed' || count === 'timed_out' || count === 'rejected'));
  }
}

function showDrain() {
  byId('drain').hidden = !look.group.isClosed;
  const left = pending(look.group.counts);
  setText(
    byId('drain-text'),
    left === 0
      ? toDrain === 0 ? 'Nothing was running.' : `Drained: none is left of ${tasks(toDrain)}.`
      : `Closed, no new tasks: ${number.format(left)} left of ${tasks(toDrain)}.`);
  const progress = byId('drain-progress');
  progress.max = Math.max(1, toDrain);
  progress.value = toDrain === 0 ? 1 : toDrain - left;
}

/** The tree in a row, parents before their children; in a closing tree also the groups that have left it. */
function flattened(root) {
  const rows = [];
  const walk = (group, key, depth) => {
    rows.push({ key, depth, group });
    const seen = new Map();
    for (const child of group.children) {
      const nth = (seen.get(child.name) ?? 0) + 1;
      seen.set(child.name, nth);
      walk(child, `${key}/${child.name}#${nth}`, depth + 1);
    }
  };
  walk(root, root.name, 0);
  if (!root.isClosed) {
    places = new Map(rows.map(row => [row.key, row]));
    return rows;
  }
  const here = new Map(rows.map(row => [row.key, row]));
  for (const row of rows) {
    places.set(row.key, places.get(row.key) ?? row);
  }
  return [...places.values()].map(row => here.get(row.key) ?? { key: row.key, depth: row.depth, group: row.group, isGone: true });
}

function groupState(row) {
  if (row.isGone || isDrained(row.group)) {
    return 'drained';
  }
  return row.group.isCancelled ? 'cancelled' : row.group.isClosed ? 'closed' : 'open';
}

function showGroups() {
  setRows(
    byId('groups'),
    flattened(look.group),
    () => {
      const row = make('tr');
      const head = make('th');
      head.scope = 'row';
      head.append(make('span', 'unseen'), make('span'));
      row.append(head, make('td'), ...COUNTS.map(() => make('td')));
      return row;
    },
    (row, item) => {
      row.classList.toggle('gone', Boolean(item.isGone));
      const [head, state, ...cells] = row.children;
      head.style.setProperty('--depth', item.depth);
      head.classList.toggle('child', item.depth > 0);
      setText(head.children[0], item.depth > 0 ? `level ${item.depth + 1}: ` : '');
      setText(head.children[1], visible(item.group.name));
      setText(state, groupState(item));
      COUNTS.forEach((count, at) => {
        const value = item.group.counts[count];
        // What a group that has left the tree had at its end is in the counts of the one above it.
        setText(cells[at], item.isGone ? '–' : number.format(value));
        cells[at].classList.toggle('zero', value === 0);
      });
    });
}

function showRunning() {
  const oldest = Math.max(1_000, look.running[0]?.age ?? 0);
  setText(
    byId('running-note'),
    look.running.length === 0 ? 'No task runs.'
      : look.more === 0 ? `${tasks(look.running.length)}, oldest first`
      : `The oldest ${look.running.length} of ${tasks(look.running.length + look.more)}`);
  byId('running-table').hidden = look.running.length === 0;
  setRows(
    byId('running'),
    look.running.map(task => ({ key: String(task.id), task })),
    () => {
      const row = make('tr');
      const head = make('th');
      head.scope = 'row';
      row.append(head, make('td'));
      return row;
    },
    (row, { task }) => {
      setText(row.children[0], visible(task.name));
      setText(row.children[1], age(task.age));
      row.style.backgroundSize = `${(100 * task.age) / oldest}% 100%`;
    });
}

// ---------------------------------------------------------------- the plot

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = { left: 44, right: 10, top: 34, bottom: 22 };
/** The sample that is being read; null if none is. */
let reading = null;

function draw(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  if (text !== undefined) {
    element.textContent = text;
  }
  return element;
}

/** Steps of 1, 2 or 5 times a power of ten, three to five of them up to the highest value. */
function ticks(highest) {
  const rough = Math.max(1, highest) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, power * [1, 2, 5, 10].find(factor => factor * power >= rough));
  const all = [0];
  while (all.at(-1) < Math.max(highest, 4 * Math.min(step, 1))) {
    all.push(all.at(-1) + step);
  }
  return all;
}

/** The path of a count: a line that breaks off where nobody knows. */
function pathOf(count, x, y) {
  let path = '';
  let isDown = false;
  for (const sample of samples) {
    if (sample.isGap) {
      isDown = false;
    } else {
      path += `${isDown ? 'L' : 'M'}${x(sample.at).toFixed(1)} ${y(sample[count]).toFixed(1)}`;
      isDown = true;
    }
  }
  return path;
}

/** The same with the ground below it, piece by piece. */
function areaOf(count, x, y) {
  const pieces = [[]];
  for (const sample of samples) {
    if (sample.isGap) {
      pieces.push([]);
    } else {
      pieces.at(-1).push(sample);
    }
  }
  return pieces
    .filter(piece => piece.length > 1)
    .map(piece => {
      const top = piece.map(sample => `L${x(sample.at).toFixed(1)} ${y(sample[count]).toFixed(1)}`).join('');
      return `M${x(piece[0].at).toFixed(1)} ${y(0)}${top}L${x(piece.at(-1).at).toFixed(1)} ${y(0)}Z`;
    })
    .join('');
}

/** The words of what happened, the latest first, in two rows; one for which there is no room is left out. */
function momentWords(x, right) {
  const room = 66;
  const starts = [Infinity, Infinity];
  return moments.toReversed().flatMap(moment => {
    const at = x(moment.at);
    const isAtEdge = at + room > right;
    const start = isAtEdge ? at - room : at;
    const row = starts.findIndex(next => start + room <= next);
    if (row < 0) {
      return [];
    }
    starts[row] = start;
    return [draw('text', { x: at + (isAtEdge ? -4 : 4), y: 12 + 14 * row, 'text-anchor': isAtEdge ? 'end' : 'start' }, moment.text)];
  });
}

function plot() {
  const svg = byId('plot');
  const { clientWidth: width, clientHeight: height } = svg;
  const now = performance.now();
  const marks = ticks(Math.max(0, ...known().map(sample => Math.max(sample.active, sample.queued))));
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const x = at => right - ((now - at) / WINDOW) * (right - MARGIN.left);
  const y = value => bottom - (value / marks.at(-1)) * (bottom - MARGIN.top);
  const parts = [];

  for (const mark of marks) {
    parts.push(draw('line', { class: 'grid', x1: MARGIN.left, x2: right, y1: y(mark), y2: y(mark) }));
    parts.push(draw('text', { x: MARGIN.left - 8, y: y(mark) + 4, 'text-anchor': 'end' }, number.format(mark)));
  }
  for (const [ago, text, anchor] of [[WINDOW, '2 min ago', 'start'], [WINDOW / 2, '1 min ago', 'middle'], [0, 'now', 'end']]) {
    parts.push(draw('text', { x: x(now - ago), y: height - 6, 'text-anchor': anchor }, text));
  }

  const frame = draw('svg', { x: MARGIN.left, y: 0, width: Math.max(0, right - MARGIN.left + 4), height, viewBox: `${MARGIN.left} 0 ${Math.max(1, right - MARGIN.left + 4)} ${height}` });
  frame.append(
    draw('path', { class: 'area', d: areaOf('active', x, y) }),
    draw('path', { class: 'line active', d: pathOf('active', x, y) }),
    draw('path', { class: 'line queued', d: pathOf('queued', x, y) }));
  frame.append(...moments.map(moment => {
    const at = x(moment.at);
    return draw('line', { class: 'moment', x1: at, x2: at, y1: MARGIN.top - 4, y2: bottom });
  }), ...momentWords(x, right));
  const last = samples.at(-1);
  if (last !== undefined && !last.isGap) {
    for (const count of ['queued', 'active']) {
      frame.append(draw('circle', { class: `dot ${count}`, cx: x(last.at), cy: y(last[count]), r: 3.5 }));
    }
    svg.setAttribute('aria-label', `Now ${number.format(last.active)} active and ${number.format(last.queued)} queued`);
  }
  parts.push(frame);

  const note = byId('reading');
  note.hidden = reading === null;
  if (reading !== null) {
    const at = Math.max(MARGIN.left, x(reading.at));
    parts.push(draw('line', { class: 'cursor', x1: at, x2: at, y1: MARGIN.top, y2: bottom }));
    setText(note, `${clock.format(reading.time)}: ${number.format(reading.active)} active, ${number.format(reading.queued)} queued`);
    note.style.left = `${Math.max(0, Math.min(at + 8, width - note.offsetWidth))}px`;
  }
  svg.replaceChildren(...parts);
}

function known() {
  return samples.filter(sample => !sample.isGap);
}

function readAt(clientX) {
  const box = byId('plot').getBoundingClientRect();
  const right = box.width - MARGIN.right;
  const at = performance.now() - ((right - (clientX - box.left)) / (right - MARGIN.left)) * WINDOW;
  reading = known().reduce((best, sample) => (best === null || Math.abs(sample.at - at) < Math.abs(best.at - at) ? sample : best), null);
  plot();
}

function stopReading() {
  reading = null;
  plot();
}

byId('plot').addEventListener('pointermove', event => readAt(event.clientX));
byId('plot').addEventListener('pointerleave', stopReading);
byId('plot').addEventListener('blur', stopReading);
byId('plot').addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    stopReading();
  } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
    event.preventDefault();
    const all = known();
    const from = reading === null ? all.length : all.indexOf(reading);
    reading = all[Math.max(0, Math.min(all.length - 1, from + (event.key === 'ArrowLeft' ? -1 : 1)))] ?? null;
    plot();
  }
});

new ResizeObserver(() => plot()).observe(byId('plot'));

byId('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  byId('pause').setAttribute('aria-pressed', String(isPaused));
  show();
});

connect();
