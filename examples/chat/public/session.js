/* What survives a reload of this tab: who I am, which rooms I was in. The token is what lets a tab take
 * its nickname back while the server still believes the old connection alive. */

import { keep, kept, randomKey } from "/common/storage.js";

const KEY = "chat.session";
const NICK_KEY = "chat.nick";

export const session = { nick: "", token: randomKey(), rooms: [], active: "" };

export function restore()
{
    Object.assign(session, kept(() => sessionStorage, KEY));
}

export function save()
{
    keep(() => sessionStorage, KEY, session);
    if (session.nick) {
        keep(() => localStorage, NICK_KEY, session.nick);
    }
}

export function forget()
{
    Object.assign(session, { nick: "", token: randomKey(), rooms: [], active: "" });
    save();
}

export function lastNick()
{
    return kept(() => localStorage, NICK_KEY) ?? "";
}
