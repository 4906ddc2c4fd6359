/* What survives a reload of this tab: who I am, which rooms I was in. The token is what lets a tab take
 * its nickname back while the server still believes the old connection alive. */

import { randomKey } from "./conversation.js";

const KEY = "chat.session";
const NICK_KEY = "chat.nick";

export const session = { nick: "", token: randomKey(), rooms: [], active: "" };

/* Storage may be switched off; the chat then merely forgets. */
const quietly = (action) => {
    try {
        return action();
    } catch {
        return null;
    }
};

export function restore()
{
    Object.assign(session, quietly(() => JSON.parse(sessionStorage.getItem(KEY))));
}

export function save()
{
    quietly(() => sessionStorage.setItem(KEY, JSON.stringify(session)));
    quietly(() => session.nick && localStorage.setItem(NICK_KEY, session.nick));
}

export function forget()
{
    Object.assign(session, { nick: "", token: randomKey(), rooms: [], active: "" });
    save();
}

export function lastNick()
{
    return quietly(() => localStorage.getItem(NICK_KEY)) ?? "";
}
