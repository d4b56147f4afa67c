'use strict';
// A person at the page, for the browser's test: draws an area, edits it, asks, saves, and says how it went.
(async () => {
  const must = (ok, what) => { if (!ok) throw new Error(what); };
  const until = async (ok, what) => { for (let i = 0; i < 200; i++) { if (ok()) return; await new Promise(r => setTimeout(r, 20)); } throw new Error('waited in vain for ' + what); };
  const mouse = (type, [x, y], more) => {
    const r = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new (type.startsWith('pointer') ? PointerEvent : MouseEvent)(type, { clientX: r.left + x, clientY: r.top + y, bubbles: true, cancelable: true, pointerId: 1, ...more }));
  };
  const click = at => { mouse('pointerdown', at); mouse('pointerup', at); };
  const drag = (from, to) => { mouse('pointerdown', from); mouse('pointermove', to); mouse('pointerup', to); };
  const rows = () => [...$('verdict').rows].map(r => [...r.cells].map(c => c.textContent).join(' '));
  const area = id => areas.find(a => a.properties.id === id);
  try {
    await until(() => areas.length === 5 && $('list').children.length === 5, 'the areas');
    const inked = () => { const d = pen.getImageData(0, 0, canvas.width, canvas.height).data; let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; };
    must(inked() > 2000, 'the canvas is empty');

    // Ask at the Fort, beyond the pole, then at the docks.
    click(toPixel([72.8295, 18.933]));
    await until(() => rows()[0] === 'start yes allowed mumbai', 'the verdict at the Fort, not ' + rows());
    await ask([72.8295, 91]);
    must($('message').textContent.includes('latitude') && !rows().length, 'the reason why a place beyond the pole has no verdict');
    click(toPixel([72.855, 18.96]));
    await until(() => rows()[2] === 'finish no deny area mumbai-port', 'the verdict at the docks, not ' + rows());

    // Draw a square off the coast, two corners by click, the rest too, and finish by double-click.
    view.lng = 72.5; view.lat = 18.9; view.scale = 3000; paint();
    $('draw').click();
    const c = toPixel([72.5, 18.9]), at = (dx, dy) => [c[0] + dx, c[1] + dy];
    [at(-100, -100), at(100, -100), at(100, 100), at(-100, 100)].forEach(click);
    mouse('dblclick', at(-100, 100));
    must(edited && rings(edited)[0].length === 5, 'four corners were drawn');
    mouse('dblclick', at(0, -100));
    must(rings(edited)[0].length === 6, 'a corner on an edge');
    drag(at(0, -100), at(0, -160));
    mouse('contextmenu', at(-100, 100), { button: 2 });
    must(rings(edited)[0].length === 5, 'a corner was removed');
    const first = rings(edited)[0];
    must(first[0].join() === first.at(-1).join(), 'the ring is closed');
    form.elements.id.value = 'sea'; form.elements.name.value = 'Off the coast'; form.elements.remarks.value = '<b>';
    form.elements.allowStart.checked = true; form.elements.extField.value = '{"fee":7}';
    $('save').click();
    await until(() => area('sea'), 'the new area, not: ' + $('message').textContent);
    must(area('sea').properties.version === 1 && area('sea').properties.extField.fee === 7, 'its properties');
    click(at(0, -130)); // inside only since the corner was dragged
    await until(() => rows()[0] === 'start yes allowed sea', 'the verdict in the new area, not ' + rows());
    must(rows()[2] === 'finish no role not allowed sea', 'and its refusal');

    // Edit it, be refused a bow tie, mend it, save.
    document.querySelector('[data-id=sea]').click();
    must(!form.hidden && form.elements.id.readOnly && form.elements.remarks.value === '<b>', 'the form has the area');
    const before = structuredClone(edited.geometry);
    const ring = rings(edited)[0]; [ring[1], ring[2]] = [ring[2], ring[1]];
    $('save').click();
    await until(() => $('message').textContent.includes('ring meets itself'), 'the refusal of a bow tie');
    edited.geometry = before; form.elements.deny.checked = true;
    $('save').click();
    await until(() => area('sea').properties.version === 2, 'the second version');
    await until(() => rows()[0] === 'start no deny area sea', 'the verdict after the edit, not ' + rows());

    // An old version is refused; then delete.
    const stale = structuredClone(area('sea')); stale.properties.version = 1;
    edit(stale); $('save').click();
    await until(() => $('message').textContent.includes('changed by somebody else'), 'the refusal of an old version');
    document.querySelector('[data-id=sea]').click(); $('delete').click();
    await until(() => !area('sea'), 'the deletion');

    // An area across the 180th meridian, with a hole beyond it, comes back in one piece.
    const frame = (w, e) => [[w, -17], [e, -17], [e, -16], [w, -16], [w, -17]].map(([lng, lat]) => [lng, lat * (e - w) / 4]);
    edit({ type: 'Feature', properties: { id: 'fiji', cityCode: 'MUM', allowStart: true, version: 0 }, geometry: { type: 'MultiPolygon', coordinates: [[frame(178, 182), frame(180.5, 181).map(([lng, lat]) => [lng, lat - 14.4])]] } });
    $('save').click();
    await until(() => area('fiji'), 'the area across the meridian, not: ' + $('message').textContent);
    must(rings(area('fiji')).flat().every(p => p[0] >= 178 && p[0] <= 182), 'it is in one piece');
    await ask([181.5, -16.1]);
    must(rows()[0] === 'start yes allowed fiji', 'the verdict beyond the meridian, not ' + rows());
    await ask([180.7, -16.45]);
    must(rows()[0] === 'start no no area ', 'the verdict in the hole, not ' + rows());
    document.querySelector('[data-id=fiji]').click(); $('delete').click();
    await until(() => !area('fiji'), 'its deletion');
    fit();
    document.querySelector('[data-id=mumbai]').click();
    document.body.dataset.selftest = 'passed';
  } catch (e) {
    document.body.dataset.selftest = 'failed: ' + e.message;
  }
})();
