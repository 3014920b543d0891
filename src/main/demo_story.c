/* demo_story.c -- the longer ways, each told once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo_acting.h"

#include "reading.h"

void acting_trace(struct acting *acting, const struct town_row *row)
{
    char from[DEMO_WORD_MAX], id[DEMO_WORD_MAX], account[16], path[256], accounts[32];
    struct slice name, stop;
    size_t at = 0;
    struct text text = text_over(from, sizeof from);
    struct slice payment = town_field(&acting->demo->town, row, "id");
    text_addf(&text, "payment:%.*s", (int)payment.size, payment.at);
    demo_body(acting->client, PAIRS("from", from, "reason", "a victim's report / 被害人报案"));
    if (demo_post(acting->client, "/v1/traces", NULL) != STATUS_OK)
        return;
    demo_member(acting->client, "id", id, sizeof id);
    struct slice trace = answered_member(text_slice(&acting->client->answer), "trace");
    struct slice stops = answered_member(trace, "stops");
    if (!answered_next(stops, &at, &name, &stop))
        return;
    demo_member_of(stop, "account", account, sizeof account);
    text = text_over(path, sizeof path);
    text_addf(&text, "/v1/traces/%s/orders", id);
    text = text_over(accounts, sizeof accounts);
    text_addf(&text, "[\"%s\"]", account);
    demo_body(acting->client, PAIRS("accounts", accounts, "reason", "to stop it / 止付"));
    (void)!demo_post(acting->client, path, NULL);
}

void acting_story(struct acting *acting)
{
    (void)acting;
}
