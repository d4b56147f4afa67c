'use strict';
// The page's state: what the server has, what is being edited, and where the canvas looks.
const $ = id => document.getElementById(id);
const canvas = $('map'), pen = canvas.getContext('2d'), form = $('form');
let areas = [], edited = null, drawing = null, asked = null;
const view = { lng: 73, lat: 19, scale: 500 }; // centre, and pixels per degree of latitude

// Degrees to pixels and back. A degree of longitude is as wide as it is at the centre's latitude.
const squeeze = () => Math.cos(view.lat * Math.PI / 180);
const toPixel = ([lng, lat]) => [canvas.clientWidth / 2 + (lng - view.lng) * view.scale * squeeze(), canvas.clientHeight / 2 - (lat - view.lat) * view.scale];
const round = x => Math.round(x * 1e6) / 1e6;
const toPlace = (x, y) => [round(view.lng + (x - canvas.clientWidth / 2) / view.scale / squeeze()), round(view.lat - (y - canvas.clientHeight / 2) / view.scale)];

const colour = p => p.deny ? '#b3261e' : p.allowStart && p.allowFinish ? '#0a7a2f' : p.allowStart ? '#1a57c4' : p.allowFinish ? '#a05a00' : '#666';
const rings = area => area.geometry.coordinates.flat();
const say = text => { $('message').textContent = text; };

function trace(ring) {
  ring.map(toPixel).forEach(([x, y], i) => i ? pen.lineTo(x, y) : pen.moveTo(x, y));
}

function paint() {
  const ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  if (canvas.width !== w * ratio || canvas.height !== h * ratio) { canvas.width = w * ratio; canvas.height = h * ratio; }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, w, h);
  grid(w, h);
  for (const area of areas) if (!edited || area.properties.id !== edited.properties.id) paintArea(area, false);
  if (edited) paintArea(edited, true);
  if (drawing) {
    pen.beginPath(); trace(drawing); pen.strokeStyle = '#222'; pen.lineWidth = 2; pen.stroke();
    drawing.forEach(dot);
  }
  if (asked) { const [x, y] = toPixel(asked); pen.fillStyle = '#d6006c'; pen.beginPath(); pen.arc(x, y, 6, 0, 7); pen.fill(); }
}

function paintArea(area, chosen) {
  const c = colour(area.properties);
  for (const polygon of area.geometry.coordinates) {
    pen.beginPath(); polygon.forEach(trace);
    pen.fillStyle = c + (chosen ? '44' : '22'); pen.fill('evenodd');
    pen.strokeStyle = c; pen.lineWidth = chosen ? 3 : 1.5; pen.stroke();
    if (chosen) polygon.flat().forEach(dot);
    const [x, y] = toPixel(polygon[0][0]);
    pen.fillStyle = c; pen.font = '13px system-ui, sans-serif'; pen.fillText(area.properties.name || area.properties.id, x + 6, y - 6);
  }
}

function dot(place) {
  const [x, y] = toPixel(place);
  pen.fillStyle = '#fff'; pen.strokeStyle = '#222'; pen.lineWidth = 1.5;
  pen.beginPath(); pen.arc(x, y, 4, 0, 7); pen.fill(); pen.stroke();
}

// grid draws lines of longitude and latitude at a round step.
function grid(w, h) {
  const step = [10, 5, 2, 1, .5, .2, .1, .05, .02, .01, .005, .002, .001].find(s => s * view.scale < 140) || .001;
  const [west, north] = toPlace(0, 0), [east, south] = toPlace(w, h);
  pen.strokeStyle = '#dde3ea'; pen.fillStyle = '#8a94a0'; pen.lineWidth = 1; pen.font = '11px system-ui, sans-serif';
  for (let g = Math.ceil(west / step) * step; g < east; g += step) { const [x] = toPixel([g, 0]); line(x, 0, x, h); pen.fillText(g.toFixed(3), x + 3, h - 4); }
  for (let g = Math.ceil(south / step) * step; g < north; g += step) { const [, y] = toPixel([0, g]); line(0, y, w, y); pen.fillText(g.toFixed(3), 3, y - 3); }
}
function line(x0, y0, x1, y1) { pen.beginPath(); pen.moveTo(x0, y0); pen.lineTo(x1, y1); pen.stroke(); }

function fit() {
  const all = areas.flatMap(rings).flat();
  if (!all.length) return;
  const lngs = all.map(p => p[0]), lats = all.map(p => p[1]);
  const [w, e, s, n] = [Math.min(...lngs), Math.max(...lngs), Math.min(...lats), Math.max(...lats)];
  view.lng = (w + e) / 2; view.lat = (s + n) / 2;
  view.scale = .88 * Math.min(canvas.clientWidth / ((e - w) * squeeze() || 1), canvas.clientHeight / (n - s || 1));
  paint();
}

function list() {
  $('list').replaceChildren(...areas.map(area => {
    const li = document.createElement('li');
    li.textContent = `${area.properties.name || area.properties.id} (${area.properties.cityCode}${area.properties.serviceType ? ', ' + area.properties.serviceType : ''})`;
    li.style.borderColor = colour(area.properties);
    li.className = edited && edited.properties.id === area.properties.id ? 'chosen' : '';
    li.dataset.id = area.properties.id;
    li.onclick = () => edit(structuredClone(area));
    return li;
  }));
}

// edit puts an area, or null, into the form and under the mouse. The form keeps what the page does not know.
function edit(area) {
  edited = area; form.hidden = !area;
  if (area) {
    const p = area.properties;
    for (const field of form.elements) {
      if (!field.name) continue;
      if (field.type === 'checkbox') field.checked = !!p[field.name];
      else field.value = field.name === 'extField' ? JSON.stringify(p.extField || {}) : p[field.name] ?? '';
    }
    form.elements.id.readOnly = p.version > 0;
  }
  list(); paint();
}

// unroll lets a ring that jumps over the 180th meridian run on beyond it, and puts the holes beside their outer ring.
function unroll(area) {
  const jump = (p, q) => Math.abs(q - p) > 180 ? 360 * Math.sign(p - q) : 0;
  for (const polygon of area.geometry.coordinates) {
    for (const ring of polygon) {
      const lngs = ring.map(p => p[0]);
      if (!lngs.some((lng, i) => i && Math.abs(lng - lngs[i - 1]) > 180 && Math.abs(lng - lngs[i - 1]) < 360)) continue;
      for (let i = 1, turns = 0; i < ring.length; i++) ring[i][0] = lngs[i] + (turns += jump(lngs[i - 1], lngs[i]));
    }
    const ends = ring => { const lngs = ring.map(p => p[0]); return [Math.min(...lngs), Math.max(...lngs)]; };
    const [west, east] = ends(polygon[0]);
    for (const hole of polygon.slice(1)) {
      const [w, e] = ends(hole), by = [0, 360, -360].find(by => west <= w + by && e + by <= east) || 0;
      for (const place of hole) place[0] += by;
    }
  }
  return area;
}

async function load() {
  areas = (await (await fetch('areas')).json()).features.map(unroll);
  list(); paint();
}

// send asks the server, and shows its reason when it refuses.
async function send(method, url, body) {
  const res = await fetch(url, { method, body });
  if (!res.ok) { say((await res.json()).error); return false; }
  return true;
}

form.onsubmit = async event => {
  event.preventDefault();
  const p = { ...edited.properties };
  for (const field of form.elements) if (field.name && field.name !== 'extField') p[field.name] = field.type === 'checkbox' ? field.checked : field.type === 'number' ? Number(field.value) : field.value.trim();
  try { p.extField = JSON.parse(form.elements.extField.value || '{}'); } catch { say('The extension field is not JSON.'); return; }
  const ok = await send('PUT', 'areas/' + encodeURIComponent(p.id), JSON.stringify({ type: 'Feature', properties: p, geometry: edited.geometry }));
  if (ok) { edit(null); await load(); say(`${p.name || p.id} is saved.`); if (asked) ask(asked); }
};
$('delete').onclick = async () => {
  const p = edited.properties;
  if (!p.version) { edit(null); return; }
  if (await send('DELETE', `areas/${encodeURIComponent(p.id)}?version=${p.version}`)) { edit(null); await load(); say(`${p.name || p.id} is deleted.`); }
};
$('cancel').onclick = () => edit(null);
$('fit').onclick = fit;
$('draw').onclick = () => { edit(null); drawing = []; say('Click the corners; double-click or Enter to finish, Escape to give up.'); paint(); };
$('city').onchange = $('service').onchange = () => asked && ask(asked);

async function ask([lng, lat]) {
  asked = [lng, lat]; paint();
  const query = new URLSearchParams({ lon: round(lng - 360 * Math.round(lng / 360)), lat, cityCode: $('city').value, serviceType: $('service').value });
  const res = await fetch('verdict?' + query), said = await res.json();
  if (!res.ok) { $('verdict').replaceChildren(); say(said.error); return; }
  $('verdict').replaceChildren(...said.map(s => {
    const row = document.createElement('tr');
    for (const text of [s.role, s.allowed ? 'yes' : 'no', s.rule.replaceAll('_', ' '), s.area || '']) { const td = document.createElement('td'); td.textContent = text; row.append(td); }
    row.className = s.allowed ? 'yes' : 'no';
    return row;
  }));
}

function finish() {
  if (!drawing || drawing.length < 3) return;
  const ring = drawing; drawing = null; say('');
  edit({ type: 'Feature', properties: { id: 'area-' + Date.now().toString(36), cityCode: $('city').value, serviceType: $('service').value, version: 0 }, geometry: { type: 'MultiPolygon', coordinates: [[[...ring, ring[0]]]] } });
}

// corner returns the ring and place of the corner under the mouse; edge the same for an edge, by its second corner.
function corner(x, y) {
  for (const ring of edited ? rings(edited) : []) for (let i = 0; i < ring.length - 1; i++) {
    const [cx, cy] = toPixel(ring[i]);
    if (Math.hypot(cx - x, cy - y) < 8) return { ring, i };
  }
}
function edge(x, y) {
  for (const ring of edited ? rings(edited) : []) for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = toPixel(ring[i - 1]), [bx, by] = toPixel(ring[i]), l2 = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / l2));
    if (Math.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y) < 8) return { ring, i };
  }
}
function move({ ring, i }, place) {
  ring[i] = place;
  if (i === 0) ring[ring.length - 1] = place;
}

let held = null;
canvas.onpointerdown = event => {
  if (event.button) return;
  const { offsetX: x, offsetY: y } = event;
  held = { x, y, fromX: x, fromY: y, corner: drawing ? null : corner(x, y) };
  try { canvas.setPointerCapture(event.pointerId); } catch { /* an event made by a script has no pointer */ }
};
canvas.onpointermove = event => {
  if (!held) return;
  const { offsetX: x, offsetY: y } = event;
  if (held.corner) move(held.corner, toPlace(x, y));
  else if (held.moved || Math.hypot(x - held.fromX, y - held.fromY) > 4) {
    held.moved = true;
    view.lng -= (x - held.x) / view.scale / squeeze(); view.lat += (y - held.y) / view.scale;
  }
  held.x = x; held.y = y; paint();
};
canvas.onpointerup = event => {
  const was = held; held = null;
  if (!was || was.corner || was.moved) return;
  const place = toPlace(event.offsetX, event.offsetY);
  if (!drawing) { ask(place); return; }
  const last = drawing.at(-1);
  if (!last || last[0] !== place[0] || last[1] !== place[1]) drawing.push(place);
  paint();
};
canvas.ondblclick = event => {
  if (drawing) { finish(); return; }
  const on = corner(event.offsetX, event.offsetY) ? null : edge(event.offsetX, event.offsetY);
  if (on) { on.ring.splice(on.i, 0, toPlace(event.offsetX, event.offsetY)); paint(); }
};
canvas.oncontextmenu = event => {
  const on = corner(event.offsetX, event.offsetY);
  if (!on) return;
  event.preventDefault();
  if (on.ring.length <= 4) { say('An area needs three corners.'); return; }
  on.ring.splice(on.i, 1);
  if (on.i === 0) on.ring[on.ring.length - 1] = on.ring[0];
  paint();
};
canvas.onwheel = event => {
  event.preventDefault();
  const before = toPlace(event.offsetX, event.offsetY);
  view.scale = Math.max(1, Math.min(5e6, view.scale * Math.exp(-event.deltaY / 400)));
  const after = toPlace(event.offsetX, event.offsetY);
  view.lng += before[0] - after[0]; view.lat += before[1] - after[1];
  paint();
};
window.onkeydown = event => {
  if (!drawing) return;
  if (event.key === 'Enter') finish();
  if (event.key === 'Escape') { drawing = null; say(''); paint(); }
};
window.onresize = paint;
load().then(fit);
