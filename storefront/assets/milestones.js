// What somebody who hears the page is told of the clocks that others see tick: a minute and ten seconds before a sale opens, that it is
// open, and five minutes and one before the time to pay is over. Each once.

import { called, say } from "./words.js";

const OPENING = [60_000, 10_000, 0];
const PAYING = [300_000, 60_000];

export class Milestones {
  #region;
  #last = new Map(); // what -> the milliseconds that were left when it was looked at last

  constructor(region) {
    this.#region = region;
  }

  /** @param entries of main.js, {card, key} */
  tell(entries, now, language) {
    const words = say(language);
    const said = [];
    for (const { card, key } of entries) {
      const { opens } = card.item;
      const name = called(card.item, language);
      const opened = this.#passed(`${key} opens`, opens - now, OPENING);
      if (opened !== null) said.push(words(`milestone.opens.${opened / 1000}`, { name }));
      if (card.payBefore === null) continue;
      const pay = this.#passed(`${key} pay`, card.payBefore - now, PAYING);
      if (pay !== null) said.push(words(`milestone.pay.${pay / 1000}`, { name }));
    }
    if (said.length > 0) this.#region.textContent = said.join(" ");
  }

  /** The mark that was passed since the last look, or null; what was past it at the first look is no news. */
  #passed(what, left, marks) {
    const before = this.#last.get(what) ?? left;
    this.#last.set(what, left);
    return marks.findLast((mark) => before > mark && left <= mark) ?? null;
  }
}
