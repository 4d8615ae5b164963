// Everything the page says, in its languages. Placeholders stand in braces.

export const LANGUAGES = { zh: "zh-CN", en: "en" };

const WORDS = {
  en: {
    title: "Flashsale",
    skip: "Skip to the sales",
    skipToForm: "Skip to the form",
    skipToOrders: "Skip to the orders",
    skipToReasons: "Skip to the reasons",
    heading: "Sales",
    up: "All sales",
    orders: "My orders",
    why: "Why?",
    gone: "There is no such sale here.",
    goneMore: "It is over, or it is open to some accounts only.",
    milestone: {
      opens: { 60: "{name} opens in one minute.", 10: "{name} opens in ten seconds.", 0: "{name} is open." },
      pay: { 300: "Five minutes are left to pay for {name}.", 60: "One minute is left to pay for {name}." },
    },
    live: "On sale now",
    coming: "Coming up",
    over: "Finished",
    about: "About this sale",
    empty: "Nothing is on sale at the moment.",
    emptyMore: "This page fills by itself when a sale is announced.",
    fine: "One reservation per press, however often you press. All clocks here follow the server.",
    offline: "No connection. Trying again…",
    day: "d",
    opensIn: "Opens in",
    endsIn: "Ends in",
    payIn: "Pay within",
    closed: "Closed {moment}",
    hint: {
      live: "Once reserved, it is held for you for {hold}.",
      reserved: "What is not paid in time comes back on sale.",
      coming: "Opens {moment}, your time.",
      paused: "Nothing is lost; the sale goes on here.",
      sold: "Every unit has found its buyer.",
    },
    left: "{count}+ left",
    few: "Fewer than 10 left",
    stock: "{count} in stock",
    counting: "Being counted",
    none: "Sold out",
    allReserved: "All reserved",
    orderID: "Order",
    pay: { button: "Pay {price}", going: "On to the payment…" },
    unpaid: {
      BUSY: "The payment did not open. Your unit stays reserved: please try again.",
      NO_ANSWER: "No answer arrived. Your unit stays reserved: please try again.",
      THROTTLED: "Too many tries to pay at once. Please wait a minute.",
      BLACKLISTED: "This account cannot pay at present.",
      NOT_PAYABLE: "This order cannot be paid any more.",
      other: "The payment did not open. Please try again, or reload the page.",
    },
    button: {
      buy: "Buy now",
      again: "Try again",
      another: "Buy again",
      sending: "Reserving…",
      waiting: "One moment…",
      coming: "Not open yet",
      paused: "Paused",
      sold: "Sold out",
      over: "Ended",
      closed: "Not available",
      login: "Log in to buy",
    },
    label: "{button}: {name}, {price}",
    listPrice: "List price",
    account: { logIn: "Log in", logOut: "Log out", logOutAgain: "Not logged out: try again", as: "Logged in as" },
    tag: { live: "On sale", coming: "Soon", paused: "Paused", sold: "Sold out", reserved: "All reserved", over: "Ended" },
    state: {
      sending: "Reserving one for you…",
      "waiting-session": "Opening a session…",
      login: "Please log in to buy.",
      "signed-out": "This browser’s session has ended, and its order is no longer shown here.",
      reserved: "Reserved for you. Writing down the order…",
      placed: "Yours. The order is placed.",
      paid: "Paid. Thank you.",
      pending: "Not known yet. We are asking for your order; there is no need to press again.",
      cancelled: "This order was cancelled.",
      expired: "The time to pay ran out, and your unit went back on sale.",
      rejected: "We could not keep this order. We are sorry; nothing is owed.",
      late: "Your payment came after the time to pay. We are looking whether there is a unit left for it.",
      "too-late": "Your payment came too late for a unit, and is on its way back to you.",
      "given-back": "Your payment came too late for a unit, and has gone back to you.",
      refunding: "This order is being refunded.",
      refunded: "This order was refunded.",
    },
    retrying: {
      BUSY: "Very busy. Trying again by itself…",
      NOT_READY: "Stock is being counted. Trying again by itself…",
      THROTTLED: "A little too fast. Going on in a moment…",
      NO_ANSWER: "No answer yet. Asking again; it cannot count twice.",
    },
    refused: {
      SOLD_OUT: "Sold out. Every unit has found its buyer.",
      ALL_RESERVED: "Every unit is reserved. Unpaid ones come back: try again in a while.",
      LIMIT_REACHED: "You have as many as one buyer may have.",
      NOT_ELIGIBLE: "This sale is not open to your account.",
      TICKET_REQUIRED: "This sale needs a ticket.",
      NOT_STARTED: "Not open yet. Watch the countdown.",
      ENDED: "The sale has ended.",
      PAUSED: "The sale is paused. This page shows when it goes on.",
      THROTTLED: "Too many tries at once. Please press again in a moment.",
      BUSY: "Still very busy. Nothing was reserved: please press again.",
      NOT_READY: "Stock is still being counted. Nothing was reserved: please press again.",
      NO_ANSWER: "No answer arrived. Press again: it cannot count twice.",
      NOTHING: "It did not get through, and nothing was reserved. You can try again.",
      BLACKLISTED: "This account cannot buy here.",
      IDENTITY_MISMATCH: "Your session has changed. Reload the page and try again.",
      UNKNOWN_SKU: "This item is not offered any more.",
      other: "That did not work ({code}). Reload the page and try again.",
    },
    refusedUntil: {
      BLACKLISTED: "You cannot buy here before {moment}.",
    },
  },
  zh: {
    title: "限时抢购",
    skip: "跳到抢购列表",
    skipToForm: "跳到表单",
    skipToOrders: "跳到订单列表",
    skipToReasons: "跳到原因说明",
    heading: "抢购",
    up: "全部活动",
    orders: "我的订单",
    why: "为什么？",
    gone: "此处没有该活动。",
    goneMore: "活动已结束，或仅向部分账户开放。",
    milestone: {
      opens: { 60: "{name} 将在一分钟后开始。", 10: "{name} 将在十秒后开始。", 0: "{name} 已开始。" },
      pay: { 300: "{name} 的付款时间还剩五分钟。", 60: "{name} 的付款时间还剩一分钟。" },
    },
    live: "正在抢购",
    coming: "即将开始",
    over: "已结束",
    about: "活动说明",
    empty: "目前没有抢购活动。",
    emptyMore: "有新活动时，本页会自动显示。",
    fine: "无论点击多少次，每次抢购只会下一单。页面时间以服务器为准。",
    offline: "网络已断开，正在重试…",
    day: "天",
    opensIn: "距开始",
    endsIn: "距结束",
    payIn: "付款剩余时间",
    closed: "{moment} 结束",
    hint: {
      live: "预订成功后为您保留 {hold}。",
      reserved: "逾期未付款的商品会重新上架。",
      coming: "{moment} 开始（当地时间）。",
      paused: "活动恢复后，可在此继续抢购。",
      sold: "全部商品均已售出。",
    },
    left: "剩余 {count}+ 件",
    few: "剩余不足 10 件",
    stock: "共 {count} 件",
    counting: "正在核对库存",
    none: "已售罄",
    allReserved: "已订满",
    orderID: "订单号",
    pay: { button: "支付 {price}", going: "正在前往付款页面…" },
    unpaid: {
      BUSY: "付款页面未能打开，商品仍为您保留，请再试一次。",
      NO_ANSWER: "未收到回应，商品仍为您保留，请再试一次。",
      THROTTLED: "付款尝试过于频繁，请一分钟后再试。",
      BLACKLISTED: "该账户目前无法付款。",
      NOT_PAYABLE: "该订单已无法付款。",
      other: "付款页面未能打开，请再试一次或刷新页面。",
    },
    button: {
      buy: "立即抢购",
      again: "再试一次",
      another: "再次抢购",
      sending: "正在预订…",
      waiting: "请稍候…",
      coming: "尚未开始",
      paused: "已暂停",
      sold: "已售罄",
      over: "已结束",
      closed: "无法购买",
      login: "登录后购买",
    },
    label: "{button}：{name}，{price}",
    listPrice: "原价",
    account: { logIn: "登录", logOut: "退出", logOutAgain: "未能退出，请重试", as: "当前账户" },
    tag: { live: "抢购中", coming: "即将开始", paused: "已暂停", sold: "已售罄", reserved: "已订满", over: "已结束" },
    state: {
      sending: "正在为您预订…",
      "waiting-session": "正在建立会话…",
      login: "请登录后购买。",
      "signed-out": "本浏览器的会话已结束，此处不再显示该订单。",
      reserved: "已为您预留，正在生成订单…",
      placed: "抢购成功，订单已生成。",
      paid: "已付款，谢谢。",
      pending: "结果尚未确定，正在查询您的订单，无需重复点击。",
      cancelled: "该订单已取消。",
      expired: "付款时间已过，商品已重新上架。",
      rejected: "很抱歉，该订单未能保留，您无需支付任何费用。",
      late: "付款时间已过，正在查看是否仍有库存可留给您。",
      "too-late": "付款时间已过且商品已无库存，款项正在退回给您。",
      "given-back": "付款时间已过且商品已无库存，款项已退回给您。",
      refunding: "该订单正在退款。",
      refunded: "该订单已退款。",
    },
    retrying: {
      BUSY: "排队人数较多，正在自动重试…",
      NOT_READY: "正在核对库存，自动重试中…",
      THROTTLED: "操作过快，稍后自动继续…",
      NO_ANSWER: "暂未收到回应，正在再次查询，不会重复下单。",
    },
    refused: {
      SOLD_OUT: "已售罄，全部商品均已售出。",
      ALL_RESERVED: "商品已全部预订。未付款的会重新上架，请稍后再试。",
      LIMIT_REACHED: "您已达到限购数量。",
      NOT_ELIGIBLE: "您的账户不符合本次抢购的条件。",
      TICKET_REQUIRED: "本次抢购需要凭资格券参加。",
      NOT_STARTED: "抢购尚未开始，请留意倒计时。",
      ENDED: "抢购已结束。",
      PAUSED: "抢购已暂停，恢复后本页会显示。",
      THROTTLED: "尝试次数过多，请稍后再点击。",
      BUSY: "目前仍然繁忙，尚未预订，请再次点击。",
      NOT_READY: "仍在核对库存，尚未预订，请再次点击。",
      NO_ANSWER: "未收到回应。请再次点击，不会重复下单。",
      NOTHING: "请求未送达，没有预订任何商品，您可以再试一次。",
      BLACKLISTED: "该账户无法在此购买。",
      IDENTITY_MISMATCH: "会话已变更，请刷新页面后重试。",
      UNKNOWN_SKU: "该商品已下架。",
      other: "操作未成功（{code}），请刷新页面后重试。",
    },
    refusedUntil: {
      BLACKLISTED: "您在 {moment} 之前无法在此购买。",
    },
  },
};

const STORED = "flashsale.language";

/** The language chosen before, or the browser's, or English. */
export function preferred() {
  try {
    const stored = window.localStorage.getItem(STORED);
    if (stored in LANGUAGES) return stored;
  } catch {
    // No storage: the browser's own language it is.
  }
  return (navigator.language ?? "").toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function remember(language) {
  try {
    window.localStorage.setItem(STORED, language);
  } catch {
    // It holds for this visit then.
  }
}

/** say("en")("refused.BUSY", {…}) -> the words; a missing word is its own name, so that it is seen. */
export function say(language) {
  return (name, values = {}) => {
    const words = name.split(".").reduce((at, step) => at?.[step], WORDS[language]);
    return typeof words === "string" ? words.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole) : name;
  };
}

/** How a promo or an item is called on pages of a language. */
export const called = (thing, language) => thing.names?.[language] ?? thing.name;

export const has = (language, name) => typeof name.split(".").reduce((at, step) => at?.[step], WORDS[language]) === "string";
