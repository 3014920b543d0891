/* demo_actors.c -- people of the demo that act by themselves: a duty desk, its head, police.
 *
 *     every half second:  what waits, by kind and state ─> whoever's hand it is does the next step
 *
 * They know what people at those desks would know (what a victim tells), and do nothing that their
 * role may not.  Nobody acts at once: an item rests some seconds in each state, so that a visitor
 * can look, and be faster.  Of each kind of work one item in five is left to the visitor.
 *
 * A step that is refused is let be: somebody else was faster, or it is not allowed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo_acting.h"

#include "reading.h"

enum { TURN_MS = 500, LIST_BYTES = 256 * 1024, URL_BYTES = 256, LEFT_ONE_IN = 5 };

/* ---- what waits ---- */

/* Since when an item is as it is. */
static int64_t age_ms(const struct acting *acting, struct slice item)
{
    char changed[DEMO_WORD_MAX];
    moment at;
    demo_member_of(item, "changed", changed, sizeof changed);
    if (moment_parse(slice_of(changed), &at) != STATUS_OK)
        return 0;
    return acting->demo->clock.now(acting->demo->clock.self).ms - at.ms;
}

/* Does what it does; false: this one is not for it. */
typedef bool act_on(struct acting *acting, const char *id, struct slice item);

struct habit {
    const char *login, *kind, *state;
    int64_t rest_ms; /* so long an item is left alone first */
    unsigned most;   /* in one turn */
    bool leaves;     /* one in five to the visitor */
    act_on *act;
};

/* Whoever calls us is not kept waiting. */
static bool called(struct slice item)
{
    struct slice source = answered_member(answered_member(item, "fields"), "source");
    return slice_equal(source, SLICE("\"hotline\""));
}

static void follow(struct acting *acting, const struct habit *habit)
{
    char path[URL_BYTES], id[DEMO_WORD_MAX];
    struct text text = text_over(path, sizeof path);
    struct slice name, item;
    size_t at = 0;
    unsigned done = 0;
    text_addf(&text, "/v1/work?kind=%s&state=%s&limit=100", habit->kind, habit->state);
    if (!acting_as(acting, habit->login) || demo_get(acting->client, path) != STATUS_OK)
        return;
    acting->list = text_over(acting->list.at, LIST_BYTES);
    text_add(&acting->list, text_slice(&acting->client->answer));
    struct slice all = answered_member(text_slice(&acting->list), "work");
    while (done < habit->most && answered_next(all, &at, &name, &item)) {
        demo_member_of(item, "id", id, sizeof id);
        bool left = habit->leaves && acting_number(id) % LEFT_ONE_IN == 0 && !called(item);
        if (id[0] == '\0' || left || age_ms(acting, item) < habit->rest_ms ||
            !acting_as(acting, habit->login))
            continue;
        done += habit->act(acting, id, item);
    }
}

static bool asking(struct slice item)
{
    return answered_member(item, "asking").size > 0;
}

/* ---- leads ---- */

static bool lead_received(struct acting *acting, const char *id, struct slice item)
{
    char document[DEMO_WORD_MAX], partner[DEMO_WORD_MAX];
    struct text text = text_over(document, sizeof document);
    demo_member_of(answered_member(item, "fields"), "partner", partner, sizeof partner);
    if (partner[0] == '\0')
        return false; /* nobody can be asked about this number */
    text_addf(&text, "演反诈查〔2026〕%u号", ++acting->documents);
    if (demo_step(acting->client, id, "request", NULL,
                  PAIRS("purpose", "fraud_lead", "basis", "anti_fraud_law", "document",
                        document)) == STATUS_OK)
        (void)!demo_step(acting->client, id, "send", NULL, PAIRS());
    return true;
}

/* A number of another country, or one that nobody's range is: there is nobody to ask. */
static bool lead_clear(struct acting *acting, const char *id, struct slice item)
{
    if (answered_member(answered_member(item, "fields"), "partner").size > 0)
        return false;
    (void)!demo_step(acting->client, id, "clear", NULL,
                     PAIRS("clear_reason", "无可查询的运营商 no carrier to ask"));
    return true;
}

static bool say_yes(struct acting *acting, const char *id, struct slice item)
{
    (void)!(asking(item) ? demo_yes(acting->client, id) : STATUS_OK);
    return asking(item);
}

static bool lead_single(struct acting *acting, const char *id, struct slice item)
{
    (void)item;
    (void)!demo_step(acting->client, id, "close", NULL,
                     PAIRS("outcome", acting_number(id) % 3 == 0 ? "not_confirmed" : "confirmed"));
    return true;
}

static bool site_go(struct acting *acting, const char *id, struct slice item)
{
    (void)item;
    demo_mark(acting->demo, "site", id);
    (void)!demo_step(acting->client, id, "arrive", NULL, PAIRS());
    return true;
}

static bool site_report(struct acting *acting, const char *id, struct slice item)
{
    (void)item;
    (void)!demo_step(acting->client, id, "report", NULL,
                     PAIRS("finding", "confirmed", "devices",
                           "[{\"kind\":\"goip\",\"count\":\"2\"},{\"kind\":\"sim_bank\","
                           "\"count\":\"1\"}]",
                           "suspects", "2", "cards", "48"));
    return true;
}

static bool site_close(struct acting *acting, const char *id, struct slice item)
{
    (void)item;
    (void)!demo_step(acting->client, id, "close", NULL, PAIRS());
    return true;
}

static bool lead_result(struct acting *acting, const char *id, struct slice item)
{
    (void)item;
    (void)!demo_step(acting->client, id, "close", NULL, PAIRS("outcome", "confirmed"));
    return true;
}

/* ---- dissuasions ---- */

static bool victim_sign(struct acting *acting, const char *id, struct slice item)
{
    (void)item;
    if (demo_take(acting->client, id) == STATUS_OK)
        (void)!demo_step(acting->client, id, "sign", NULL, PAIRS());
    return true;
}

static bool victim_contact(struct acting *acting, const char *id, struct slice item)
{
    (void)item;
    (void)!demo_step(acting->client, id, "contact", NULL, PAIRS("channel", "call"));
    return true;
}

static bool victim_reach(struct acting *acting, const char *id, struct slice item)
{
    if (acting_number(id) % 6 == 1 && !called(item))
        (void)!demo_step(acting->client, id, "visit", NULL, PAIRS());
    else
        (void)!demo_step(acting->client, id, "reach", NULL, PAIRS("channel", "call"));
    return true;
}

static bool victim_meet(struct acting *acting, const char *id, struct slice item)
{
    (void)item;
    (void)!demo_step(acting->client, id, "meet", NULL, PAIRS());
    return true;
}

/* The payment that a victim tells of, and what follows from it. */
static void victim_paid(struct acting *acting, const char *id, const struct town_row *row)
{
    const struct town *town = &acting->demo->town;
    char payee[DEMO_WORD_MAX], amount[32], name[DEMO_WORD_MAX], bank[32], when[64], account[80];
    struct text text = text_over(payee, sizeof payee);
    moment at;
    text_add(&text, town_field(town, row, "payee"));
    text = text_over(account, sizeof account);
    text_add(&text, town_field(town, row, "payer"));
    text = text_over(name, sizeof name);
    town_add_name(&text, slice_of(payee));
    text = text_over(bank, sizeof bank);
    text_add(&text, town_field(town, row, "payee_bank"));
    text = text_over(amount, sizeof amount);
    text_addf(&text, "%.0f", strtod(town_field(town, row, "amount").at, NULL) * 100);
    if (moment_parse(town_field(town, row, "time"), &at) != STATUS_OK)
        return;
    text = text_over(when, sizeof when);
    text_add_moment(&text, (moment){at.ms + town->shift_ms}, DEMO_ZONE);
    if (demo_step(acting->client, id, "paid", NULL,
                  PAIRS("loss", amount, "payee", payee, "paid_at", when, "account", account,
                        "payee_name", name, "payee_bank", bank)) == STATUS_OK) {
        demo_mark(acting->demo, "dissuasion", id);
        acting_trace(acting, id, row);
    }
}

static bool victim_end(struct acting *acting, const char *id, struct slice item)
{
    static const char *const ENDS[] = {"D01", "D01", "D03", "D01", "D20", "D30", "D01"};
    bool met = slice_equal(answered_member(item, "state"), SLICE("\"met\""));
    const struct demo *demo = acting->demo;
    const struct town_row *row = NULL;
    char phone[DEMO_WORD_MAX];
    if (acting_reveal(acting, id, "phone", phone, sizeof phone))
        row = town_loss(&demo->town, town_account(&demo->town, slice_of(phone)),
                        demo_reached_ms(demo));
    if (row != NULL)
        victim_paid(acting, id, row);
    else
        (void)!demo_step(acting->client, id, "outcome", NULL,
                         PAIRS("outcome", met ? "D02" : ENDS[acting_number(id) % 7]));
    return true;
}

/* ---- stops ---- */

static const char *const BANKS[DEMO_BANKS] = {"bank-a", "bank-b", "bank-c"};

/* The head says yes; what the law does not allow (a third stop of an account) is taken back. */
static bool stop_judge(struct acting *acting, const char *id)
{
    if (!acting_as(acting, "auto-head") || demo_yes(acting->client, id) != STATUS_REFUSED ||
        demo_no(acting->client, id) != STATUS_OK || !acting_as(acting, "auto-duty"))
        return true;
    (void)!demo_step(acting->client, id, "withdraw", NULL,
                     PAIRS("why", "依法不得下达 the law does not allow it"));
    return true;
}

static bool stop_order(struct acting *acting, const char *id, struct slice item)
{
    char payee[DEMO_WORD_MAX], name[DEMO_WORD_MAX], bank[DEMO_WORD_MAX], document[DEMO_WORD_MAX];
    struct text text = text_over(name, sizeof name);
    if (asking(item))
        return stop_judge(acting, id);
    demo_member_of(answered_member(item, "fields"), "payee_bank", bank, sizeof bank);
    if (!acting_reveal(acting, id, "payee", payee, sizeof payee))
        return true;
    town_add_name(&text, slice_of(payee));
    text = text_over(document, sizeof document);
    text_addf(&text, "演止付〔2026〕%u号", ++acting->documents);
    const char *executor = people_place(&acting->demo->people, BANKS[town_bank(slice_of(bank))]);
    (void)!demo_step(acting->client, id, "order", NULL,
                     PAIRS("executor", executor, "document", document, "payee_name", name));
    return true;
}

/* ---- those who restrict, and those who punish ---- */

static bool restriction_confirm(struct acting *acting, const char *id, struct slice item)
{
    char now[DEMO_WORD_MAX];
    (void)item;
    acting_now(acting, now, 0);
    (void)!demo_step(acting->client, id, "confirm", NULL, PAIRS("done_at", now));
    return true;
}

static bool line_confirm(struct acting *acting, const char *id, struct slice item)
{
    char now[DEMO_WORD_MAX], kept[DEMO_WORD_MAX];
    acting_now(acting, now, 0);
    if (acting_reveal(acting, id, "kept_card", kept, sizeof kept))
        (void)!demo_step(acting->client, id, "confirm", NULL,
                         PAIRS("done_at", now, "kept_card", kept));
    else
        (void)restriction_confirm(acting, id, item);
    return true;
}

static bool appeal_accept(struct acting *acting, const char *id, struct slice item)
{
    (void)item;
    demo_mark(acting->demo, "appeal", id);
    (void)!demo_step(acting->client, id, "accept", NULL, PAIRS());
    return true;
}

static bool penalty_decide(struct acting *acting, const char *id, struct slice item)
{
    if (!asking(item))
        (void)!demo_step(acting->client, id, "decide", NULL,
                         PAIRS("decision", "演罚决字〔2026〕1号", "reasons", "事实清楚 proved",
                               "evidence", "[{\"what\":\"出租合同 contract\"}]"));
    else if (acting_as(acting, "auto-county-head"))
        (void)!demo_yes(acting->client, id);
    return true;
}

static bool penalty_serve(struct acting *acting, const char *id, struct slice item)
{
    char now[DEMO_WORD_MAX];
    (void)item;
    acting_now(acting, now, 0);
    (void)!demo_step(acting->client, id, "serve", NULL,
                     PAIRS("served_at", now, "noticed_how", "in_person", "proof", "P-2"));
    return true;
}

static const struct habit HABITS[] = {
    {"auto-duty", "lead_check", "received", 500, 3, true, lead_received},
    {"auto-duty", "lead_check", "received", 60000, 1, true, lead_clear},
    {"auto-head", "lead_check", "check_requested", 500, 4, false, say_yes},
    {"auto-duty", "lead_check", "single", 20000, 2, true, lead_single},
    {"auto-duty", "lead_check", "result", 10000, 2, true, lead_result},
    {"auto-county", "site_task", "dispatched", 5000, 1, true, site_go},
    {"auto-county", "site_task", "on_site", 10000, 1, false, site_report},
    {"auto-duty", "site_task", "result", 10000, 1, false, site_close},
    {"auto-duty", "dissuasion", "new", 1500, 2, true, victim_sign},
    {"auto-duty", "dissuasion", "signed", 1500, 2, false, victim_contact},
    {"auto-duty", "dissuasion", "contacting", 3000, 2, false, victim_reach},
    {"auto-duty", "dissuasion", "visiting", 8000, 1, false, victim_meet},
    {"auto-duty", "dissuasion", "reached", 3000, 2, false, victim_end},
    {"auto-duty", "dissuasion", "met", 3000, 2, false, victim_end},
    {"auto-duty", "stop_order", "reported", 1500, 3, true, stop_order},
    {"auto-bank-a", "sanction_order", "ordered", 2000, 1, false, restriction_confirm},
    {"auto-carrier", "sanction_order", "ordered", 2000, 1, false, line_confirm},
    {"auto-city", "appeal", "filed", 5000, 1, false, appeal_accept},
    {"auto-county", "penalty", "ready", 2000, 1, false, penalty_decide},
    {"auto-county", "penalty", "decided", 5000, 1, false, penalty_serve},
};

/* ---- alerts ---- */

/* What the duty desk makes of an alert of old: most are handed on, some hold, some are not what
 * they seemed. */
static void judgement_write(struct demo_client *client, uint64_t number)
{
    switch (number % 9) {
    case 0:
        demo_body(client, PAIRS("outcome", "false_alarm", "code", "known_business"));
        return;
    case 1:
        demo_body(client, PAIRS("outcome", "confirmed", "code", "pattern_holds"));
        return;
    case 5:
        demo_body(client, PAIRS("outcome", "confirmed", "code", "victim_says"));
        return;
    default:
        demo_body(client, PAIRS("outcome", "handed_on", "code", "other", "reason",
                                "a desk has it / 已转办"));
    }
}

static void alerts_judge(struct acting *acting)
{
    char path[URL_BYTES], id[DEMO_WORD_MAX];
    struct slice name, row;
    size_t at = 0;
    unsigned seen = 0;
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "/v1/alerts?limit=3&after=%llu", (unsigned long long)acting->judged);
    if (!acting_as(acting, "auto-duty") || demo_get(acting->client, path) != STATUS_OK)
        return;
    acting->list = text_over(acting->list.at, LIST_BYTES);
    text_add(&acting->list, text_slice(&acting->client->answer));
    struct slice all = answered_member(text_slice(&acting->list), "alerts");
    while (answered_next(all, &at, &name, &row) && seen++ < 3) {
        char number[32];
        demo_member_of(row, "number", number, sizeof number);
        acting->judged = strtoull(number, NULL, 10);
        demo_member_of(answered_member(row, "alert"), "id", id, sizeof id);
        if (acting->judged % 2 == 0)
            continue; /* half of them are the visitor's */
        text = text_over(path, sizeof path);
        text_addf(&text, "/v1/alerts/%s/decide", id);
        judgement_write(acting->client, acting->judged);
        (void)!demo_post(acting->client, path, NULL);
    }
}

/* ---- the first answer ---- */

/* The first lead that a carrier's machine has answered. */
static void look_for_answer(struct acting *acting)
{
    struct demo *demo = acting->demo;
    struct slice name, item;
    size_t at = 0;
    char id[DEMO_WORD_MAX];
    if (atomic_load(&demo->first_answer_ms) != 0 || !acting_as(acting, "auto-duty") ||
        demo_get(acting->client, "/v1/work?kind=lead_check&all=1&limit=100") != STATUS_OK)
        return;
    struct slice all = answered_member(text_slice(&acting->client->answer), "work");
    while (answered_next(all, &at, &name, &item)) {
        if (answered_member(answered_member(item, "fields"), "answered_by").size == 0)
            continue;
        demo_member_of(item, "id", id, sizeof id);
        demo_mark(demo, "lead", id);
        atomic_store(&demo->first_answer_ms, demo_since_ms(demo));
        DEMO_SAY(demo, "the first answer of a carrier is there", "运营商的第一份核查答复已到");
        return;
    }
}

void *demo_actors(void *self)
{
    struct acting acting = {.demo = self};
    char *list;
    acting.client = acting.demo->actor;
    if (arena_take(acting.demo->arena, LIST_BYTES, (void **)&list) != STATUS_OK)
        return NULL;
    acting.list = text_over(list, LIST_BYTES);
    for (; !demo_over(acting.demo); demo_rest(acting.demo, TURN_MS)) {
        for (size_t i = 0; i < sizeof HABITS / sizeof HABITS[0] && !demo_over(acting.demo); i++)
            follow(&acting, &HABITS[i]);
        look_for_answer(&acting);
        alerts_judge(&acting);
        acting_story(&acting);
    }
    demo_client_close(acting.client);
    return NULL;
}
