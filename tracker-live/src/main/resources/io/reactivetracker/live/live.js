// SPDX-License-Identifier: Apache-2.0
// Shows what the application works on: polls the endpoint tasktrackers, puts its answers into the page, and plots them.
// Names of tasks are whatever they were given: they enter the page as text, never as markup.

const WINDOW = 120_000; // milliseconds in the plot
const BETWEEN_LOOKS = 500; // milliseconds from an answer to the next request
const BETWEEN_STEPS = 100; // milliseconds, where the next step may be the last for which there is a server
const SOON = 2_000; // milliseconds in which two steps are shown as one
const RETRY = 1_000; // milliseconds between two tries to connect
const PATIENCE = 5_000; // milliseconds for an answer
const PATIENCE_OF_WATCH = 20_000; // the endpoint answers a wait after ten seconds
const MAX_RUNNING = 12; // rows of tasks
// Called so by a script, Spring Security answers 401 without the header that makes a browser open its dialog.
const HEADERS = { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest' };
const STATES = ['RUNNING', 'STOPPING', 'DRAINING', 'OVER'];

const number = new Intl.NumberFormat('en');
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const byId = id => document.getElementById(id);
const endpoint = document.querySelector('meta[name=tasktrackers]').content;

// ---------------------------------------------------------------- what is known

/** The last look at the application; null before the first. See lookOf. */
let look = null;
/** 'connecting', 'live', 'lost', or the HTTP status of an answer that is none. */
let link = 'connecting';
let lostAt = null;
/** The look at which the shutdown was first seen; null before. */
let shutdownFrom = null;
/** Most tasks that were left at a time since the shutdown began. */
let toDrain = 0;
/** Groups that were seen in this application, by their place in the tree: those that have drained leave the tree. */
let places = new Map();
/** Samples, oldest first: { at, time, active, queued }, or { at, isGap: true } where nobody knows. */
const samples = [];
/** What happened when: { at, text }. */
const moments = [];
let pausedAt = null;

// ---------------------------------------------------------------- the endpoint's answers

/** What the page needs of an answer. */
function lookOf(report) {
  const tops = Object.entries(report.groups);
  const trackers = Object.entries(report.trackers);
  const counts = { active: 0, queued: 0 };
  for (const [, group] of tops) {
    for (const [count, value] of Object.entries(group.counts)) {
      if (count !== 'issued') {
        counts[count] = (counts[count] ?? 0) + value;
      }
    }
  }
  const running = [...tops, ...trackers].flatMap(([, one]) => one.running).sort((a, b) => b.ageMillis - a.ageMillis);
  counts.active += trackers.reduce((sum, [, tracker]) => sum + tracker.size, 0);
  return {
    key: `${report.application.pid} ${report.application.start}`,
    pid: report.application.pid,
    shutdown: report.shutdown,
    tops,
    trackers,
    counts,
    pending: counts.active + counts.queued,
    running: running.slice(0, MAX_RUNNING),
    states: [...tops, ...trackers].map(([, one]) => one.state),
    name: tops.length > 0 ? tops.map(([, group]) => group.name).join(', ') : 'Live tasks',
  };
}

/** An answer, or an error that is the HTTP status or that of a connection. */
async function ask(query, patience) {
  const response = await fetch(endpoint + query, {
    cache: 'no-store', headers: HEADERS, redirect: 'error', signal: AbortSignal.timeout(patience) });
  if (!response.ok) {
    throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status });
  }
  return lookOf(await response.json());
}

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Looks at the application again and again, whether it is there or not. */
async function poll() {
  while (true) {
    try {
      take(await ask('', PATIENCE));
      await pause(look.shutdown.state === 'STOPPING' ? BETWEEN_STEPS : BETWEEN_LOOKS);
    } catch (failure) {
      lose(failure.status);
      await pause(RETRY);
    }
  }
}

/** Called at the next look. */
let wake = () => {};

/**
 * Waits for the next step of the shutdown. The answer has the last counts, and is under way before the web server is gone:
 * polling alone would miss them.
 */
async function watch() {
  while (true) {
    const state = look?.shutdown.state;
    if (link === 'live' && (state === 'RUNNING' || state === 'DRAINING')) {
      try {
        take(await ask(`?after=${state.toLowerCase()}`, PATIENCE_OF_WATCH));
        await pause(BETWEEN_STEPS);
        continue;
      } catch {
        // The other requests find out what it is.
      }
    }
    await new Promise(resolve => {
      wake = resolve;
    });
  }
}

function lose(status) {
  const now = status === undefined || status >= 500 ? 'lost' : status;
  if (link !== now) {
    lostAt = new Date();
    link = now;
    samples.push({ at: performance.now(), isGap: true });
  }
  show();
}

function take(next) {
  wake();
  const at = performance.now();
  const before = look !== null && look.key === next.key ? look : null;
  const step = STATES.indexOf(next.shutdown.state);
  const stepBefore = before === null ? 0 : STATES.indexOf(before.shutdown.state);
  if (step < stepBefore) {
    // It was overtaken by the answer to the other request.
    return;
  }
  if (before === null) {
    shutdownFrom = null;
    toDrain = 0;
    places = new Map();
    if (look !== null) {
      samples.push({ at, isGap: true });
      moments.push({ at, text: 'new application' });
    }
  }
  if (step > 0) {
    shutdownFrom ??= before ?? next;
    toDrain = Math.max(toDrain, next.pending);
    if (step > stepBefore) {
      if (moments.at(-1)?.text === 'stopping' && moments.at(-1).at > at - SOON) {
        moments.pop();
      }
      moments.push({ at, text: next.shutdown.state !== 'OVER' ? next.shutdown.state.toLowerCase() : next.pending === 0 ? 'drained' : 'not drained' });
    }
  }
  samples.push({ at, time: new Date(), active: next.counts.active, queued: next.counts.queued });
  for (const list of [samples, moments]) {
    while (list.length > 1 && list[1].at < at - WINDOW) {
      list.shift();
    }
  }
  look = next;
  link = 'live';
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
  const wanted = items.map(item => {
    const row = rows.get(item.key) ?? makeRow();
    row.dataset.key = item.key;
    fill(row, item);
    return row;
  });
  if (wanted.length !== body.children.length || wanted.some((row, at) => row !== body.children[at])) {
    body.replaceChildren(...wanted);
  }
}

function duration(milliseconds) {
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
const label = count => count.replaceAll('_', ' ');

function show() {
  showState();
  if (pausedAt !== null) {
    return;
  }
  if (look !== null) {
    showCounts();
    showDrain();
    showGroups();
    showRunning();
    showHints();
  }
  plot();
}

/** How many tasks were cancelled or ran into their limit since the shutdown began. */
function cutShort() {
  const since = count => (look.counts[count] ?? 0) - (shutdownFrom?.counts[count] ?? 0);
  return since('cancelled') + since('timed_out');
}

/** Whether all tasks have ended for good. Stays known when the application is gone. */
function isDrained() {
  return look.pending === 0 && (look.shutdown.state === 'OVER' || (look.states.length > 0 && look.states.every(state => state === 'DRAINED')));
}

function stateNow() {
  if (look !== null && isDrained()) {
    return cutShort() === 0 ? ['drained', 'Drained'] : ['drained-late', `Drained, ${number.format(cutShort())} cancelled`];
  }
  if (look?.shutdown.state === 'OVER') {
    return ['stopped', 'Not drained'];
  }
  if (link === 401 || link === 403) {
    return ['refused', 'Not permitted'];
  }
  if (typeof link === 'number') {
    return ['refused', 'No endpoint'];
  }
  if (link === 'lost') {
    return look === null || look.shutdown.state === 'RUNNING' ? ['disconnected', 'Disconnected'] : ['unseen', 'Out of sight'];
  }
  if (look === null) {
    return ['connecting', 'Connecting'];
  }
  if (look.shutdown.state !== 'RUNNING') {
    return look.shutdown.state === 'STOPPING' ? ['stopping', 'Stopping']
      : look.states.includes('CANCELLED') ? ['cancelling', 'Cancelling']
      : ['draining', 'Draining'];
  }
  return look.states.length > 0 && !look.states.includes('OPEN') ? ['stopping', 'Closed'] : ['open', 'Running'];
}

/** Words that change only with the state: they are read out. */
function noteNow() {
  const left = look === null ? '' : `${tasks(look.pending)} ${look.pending === 1 ? 'was' : 'were'} left`;
  const since = lostAt === null ? '' : clock.format(lostAt);
  switch (stateNow()[0]) {
    case 'drained':
    case 'drained-late':
      return link === 'lost' ? `the application is gone since ${since}` : 'all tasks have ended';
    case 'stopped':
      return `${left} at the end`;
    case 'refused':
      return link === 401 || link === 403 ? `${link === 401 ? 'sign in to read' : 'you may not read'} the endpoint tasktrackers (${link})`
        : `the endpoint tasktrackers answers ${link}: list it in management.endpoints.web.exposure.include`;
    case 'unseen':
      return `the web server stopped at ${since}, before the drain was over; ${left}, and the log has the result`;
    case 'disconnected':
      return `since ${since}, trying again${look === null ? '' : `; nothing announced a stop, and ${left} when last seen`}`;
    case 'stopping':
      return look.shutdown.state === 'STOPPING' ? 'the web server ends its requests, then the drain begins' : '';
    default:
      return '';
  }
}

function showState() {
  const [state, word] = stateNow();
  const chip = byId('state');
  chip.dataset.state = state;
  setText(chip, word);
  setText(byId('state-note'), noteNow());
  document.title = look === null ? word : `${word}: ${visible(look.name)}`;
  if (look !== null) {
    setText(byId('name'), visible(look.name));
    setText(byId('process'), `process ${look.pid}`);
  }
}

function showCounts() {
  setRows(
    byId('counts'),
    Object.entries(look.counts).map(([count, value]) => ({ key: count, value })),
    () => {
      const row = make('div');
      row.append(make('dt'), make('dd'));
      return row;
    },
    (row, { key, value }) => {
      const [term, figure] = row.children;
      if (figure.id === '') {
        figure.id = `count-${key}`;
        if (key === 'active' || key === 'queued') {
          term.append(make('i', `swatch ${key}`));
        }
        term.append(label(key));
      }
      setText(figure, number.format(value));
      figure.classList.toggle('alarming', value > 0 && (key === 'failed' || key === 'rejected' || key === 'timed_out'));
    });
}

function showDrain() {
  const { state, drainMillis, graceMillis, cancelWaitMillis } = look.shutdown;
  byId('drain').hidden = state === 'RUNNING';
  setText(
    byId('drain-text'),
    look.pending === 0
      ? toDrain === 0 ? 'Nothing was running.' : `None is left of ${tasks(toDrain)}.`
      : `${number.format(look.pending)} left of ${tasks(toDrain)}.`);
  const progress = byId('drain-progress');
  progress.max = Math.max(1, toDrain);
  progress.value = toDrain === 0 ? 1 : toDrain - look.pending;
  setText(byId('drain-elapsed'), state === 'STOPPING' ? 'not begun' : duration(drainMillis));
  const isGraceOver = graceMillis !== null && drainMillis >= graceMillis;
  setText(byId('drain-left-name'), isGraceOver ? 'left after the cancel' : 'grace left');
  setText(
    byId('drain-left'),
    graceMillis === null ? 'the application drains itself'
      : state === 'OVER' ? duration(Math.max(0, graceMillis + cancelWaitMillis - drainMillis))
      : isGraceOver ? duration(Math.max(0, graceMillis + cancelWaitMillis - drainMillis))
      : duration(graceMillis - drainMillis));
  if (state === 'OVER') {
    setText(byId('drain-left-name'), 'time left');
  }
}

/** The trees in rows, parents before their children; in a closing tree also the groups that have left it. */
function flattened() {
  const rows = [];
  const walk = (group, key, top, depth, isBelowClosed) => {
    rows.push({ key, top, depth, group, isBelowClosed });
    const seen = new Map();
    for (const child of group.children) {
      const nth = (seen.get(child.name) ?? 0) + 1;
      seen.set(child.name, nth);
      walk(child, `${key}/${child.name}#${nth}`, top, depth + 1, isBelowClosed || group.state !== 'OPEN');
    }
  };
  for (const [bean, group] of look.tops) {
    walk(group, bean, bean, 0, false);
  }
  const here = new Map(rows.map(row => [row.key, row]));
  const isOpen = new Map(look.tops.map(([bean, group]) => [bean, group.state === 'OPEN']));
  for (const [key, row] of places) {
    if (isOpen.get(row.top) && !here.has(key)) {
      places.delete(key);
    }
  }
  for (const row of rows) {
    places.set(row.key, row);
  }
  const groups = [...places.values()].map(row => here.get(row.key) ?? { ...row, isGone: true });
  return [...groups, ...look.trackers.map(([bean, tracker]) => ({ key: `tracker ${bean}`, depth: 0, group: tracker, isTracker: true }))];
}

function groupState(row) {
  if (row.isGone) {
    return 'drained';
  }
  switch (row.group.state) {
    case 'OPEN': return row.isBelowClosed ? 'open for its parent' : 'open';
    case 'CLOSING': return 'closed';
    default: return row.group.state.toLowerCase();
  }
}

/** A group that has left the tree has no tasks; of how its last ones ended, only the counts of the group above tell. */
function countOf(item, count) {
  const value = item.isTracker ? (count === 'active' ? item.group.size : undefined) : item.group.counts[count];
  if (value === undefined) {
    return '–';
  }
  if (!item.isGone) {
    return number.format(value);
  }
  if (count === 'active' || count === 'queued') {
    return '0';
  }
  const wasEmpty = item.group.counts.active + item.group.counts.queued === 0;
  return wasEmpty ? number.format(value) : value === 0 ? '–' : `≥ ${number.format(value)}`;
}

function showGroups() {
  const counts = Object.keys(look.counts);
  const columns = ['name', 'state', ...counts];
  setRows(byId('groups-head'), columns.map(key => ({ key })), () => {
    const head = make('th');
    head.scope = 'col';
    return head;
  }, (head, { key }) => setText(head, label(key)));
  setRows(
    byId('groups'),
    flattened(),
    () => {
      const row = make('tr');
      const head = make('th');
      head.scope = 'row';
      head.append(make('span', 'unseen'), make('span'));
      row.append(head, ...columns.slice(1).map(() => make('td')));
      return row;
    },
    (row, item) => {
      row.classList.toggle('gone', Boolean(item.isGone));
      const [head, state, ...cells] = row.children;
      head.style.setProperty('--depth', item.depth);
      head.classList.toggle('child', item.depth > 0);
      setText(head.children[0], item.isTracker ? 'tracker: ' : item.depth > 0 ? `level ${item.depth + 1}: ` : '');
      setText(head.children[1], visible(item.group.name));
      setText(state, groupState(item));
      counts.forEach((count, at) => {
        const text = countOf(item, count);
        setText(cells[at], text);
        cells[at].classList.toggle('zero', text === '0' || text === '–');
      });
    });
}

function showRunning() {
  const oldest = Math.max(1_000, look.running[0]?.ageMillis ?? 0);
  const listed = look.running.length;
  setText(
    byId('running-note'),
    listed === 0 ? (look.counts.active === 0 ? 'No task runs.' : `${tasks(look.counts.active)} without a name.`)
      : look.counts.active <= listed ? `${tasks(listed)}, oldest first`
      : `The oldest ${listed} of ${tasks(look.counts.active)}`);
  byId('running-table').hidden = listed === 0;
  setRows(
    byId('running'),
    look.running.map(task => ({ key: String(task.id), task })),
    () => {
      const row = make('tr');
      const head = make('th');
      head.scope = 'row';
      row.append(head, make('td'), make('td'));
      return row;
    },
    (row, { task }) => {
      setText(row.children[0], visible(task.name));
      setText(row.children[1], visible(task.group));
      setText(row.children[2], duration(task.ageMillis));
      row.style.backgroundSize = `${(100 * task.ageMillis) / oldest}% 100%`;
    });
}

/** A table that is wider than its frame is scrolled, which is not plain where scroll bars are hidden. */
function showHints() {
  for (const table of ['groups', 'running']) {
    const frame = byId(`${table}-scroll`);
    byId(`${table}-hint`).hidden = frame.scrollWidth <= frame.clientWidth;
  }
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

const pen = document.createElement('canvas').getContext('2d');

/** The words of what happened, the latest first, in rows; one for which there is no room is left out. */
function momentWords(x, left, right) {
  pen.font = getComputedStyle(byId('plot')).font;
  const taken = [[], []];
  return moments.toReversed().flatMap(moment => {
    const width = pen.measureText(moment.text).width + 8;
    const at = x(moment.at);
    const isAtEdge = at + width > right;
    const start = isAtEdge ? at - width : at;
    const row = taken.findIndex(words => words.every(word => start + width <= word.start || word.end <= start));
    if (row < 0 || start < left) {
      return [];
    }
    taken[row].push({ start, end: start + width });
    return [draw('text', {
      class: 'word', x: at + (isAtEdge ? -4 : 4), y: 12 + 14 * row, 'text-anchor': isAtEdge ? 'end' : 'start' }, moment.text)];
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
  }), ...momentWords(x, MARGIN.left, right));
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

const sizes = new ResizeObserver(() => {
  plot();
  showHints();
});
for (const id of ['plot', 'groups-scroll', 'running-scroll']) {
  sizes.observe(byId(id));
}

byId('pause').addEventListener('click', () => {
  pausedAt = pausedAt === null ? new Date() : null;
  setText(byId('pause'), pausedAt === null ? 'Pause updates' : 'Resume updates');
  setText(byId('paused'), pausedAt === null ? '' : `figures of ${clock.format(pausedAt)}`);
  show();
});

poll();
watch();
