/* demo_story.c -- the longer ways of the demo, each told once, so that no page of work is empty.
 *
 *     a stop that held ─> case filed ─> freeze ─> the victim's claim ─> return ─> paid by the bank
 *     three cards rented out ─> nominated ─> determined ─> told ─> in force ─> appealed
 *     a penalty, an inspection, areas
 *
 * Each step is done by whoever may: two persons where two are wanted, the city's head where a
 * county cannot, the bank where only a bank knows.  A chapter that is refused somewhere ends there,
 * and FOLDER/log/actors.log says where and why.  Names and numbers are made up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo_acting.h"

#include "reading.h"

enum { TRIES_MAX = 240, NOTE_BYTES = 1024, PATH_BYTES = 256 };

static const char CARD[] = "+8613800000011", CLEAN_CARD[] = "+8613800000019";

/* ---- saying who and when ---- */

/* The day so many days from now, negative: ago. */
static void day_of(const struct acting *acting, char out[DEMO_WORD_MAX], int64_t days)
{
    acting_now(acting, out, -days * DAY_MS);
    out[strlen("2026-01-01")] = '\0';
}

/* The month so many months ago, like 2026-08. */
static void month_of(const struct acting *acting, char out[DEMO_WORD_MAX], int back)
{
    struct text text = text_over(out, DEMO_WORD_MAX);
    moment now = acting->demo->clock.now(acting->demo->clock.self);
    struct civil civil = civil_of_moment(now, DEMO_ZONE);
    int month = civil.year * 12 + civil.month - 1 - back;
    text_addf(&text, "%04d-%02d", month / 12, month % 12 + 1);
}

static enum status by(struct acting *acting, const char *login, const char *id, const char *step,
                      const char *const *fields)
{
    if (!acting_as(acting, login))
        return STATUS_ABSENT;
    return demo_step(acting->client, id, step, NULL, fields);
}

static enum status by_two(struct acting *acting, const char *first, const char *second,
                          const char *id, const char *step, const char *const *fields)
{
    TRY(by(acting, first, id, step, fields));
    if (!acting_as(acting, second))
        return STATUS_ABSENT;
    return demo_yes(acting->client, id);
}

static enum status new_by(struct acting *acting, const char *login, const char *kind,
                          const char *place, const char *const *fields, char *id)
{
    if (!acting_as(acting, login))
        return STATUS_ABSENT;
    return demo_new(acting->client, kind, place, fields, id);
}

/* A field of an item, as whoever asks now sees it. */
static void field_of(struct acting *acting, const char *id, const char *name, char *out)
{
    out[0] = '\0';
    if (demo_item(acting->client, id) == STATUS_OK)
        demo_member_of(answered_member(text_slice(&acting->client->answer), "fields"), name, out,
                       DEMO_WORD_MAX);
}

static const char *place(const struct acting *acting, const char *name)
{
    return people_place(&acting->demo->people, name);
}

/* ---- money ---- */

void acting_trace(struct acting *acting, const char *victim, const struct town_row *row)
{
    char from[DEMO_WORD_MAX], account[16], path[PATH_BYTES], accounts[32];
    struct loss loss = {.row = row};
    struct slice name, stop;
    size_t at = 0;
    struct text text = text_over(from, sizeof from), kept = text_over(loss.victim, DEMO_WORD_MAX);
    struct slice payment = town_field(&acting->demo->town, row, "id");
    text_add_string(&kept, victim);
    text_addf(&text, "payment:%.*s", (int)payment.size, payment.at);
    demo_body(acting->client, PAIRS("from", from, "reason", "a victim's report / 被害人报案"));
    if (demo_post(acting->client, "/v1/traces", NULL) != STATUS_OK)
        return;
    demo_member(acting->client, "id", loss.trace, sizeof loss.trace);
    if (acting->losses_count < LOSSES_MAX)
        acting->loss[acting->losses_count++] = loss;
    demo_mark(acting->demo, "trace", loss.trace);
    struct slice trace = answered_member(text_slice(&acting->client->answer), "trace");
    struct slice stops = answered_member(trace, "stops");
    if (!answered_next(stops, &at, &name, &stop))
        return;
    demo_member_of(stop, "account", account, sizeof account);
    text = text_over(path, sizeof path);
    text_addf(&text, "/v1/traces/%s/orders", loss.trace);
    text = text_over(accounts, sizeof accounts);
    text_addf(&text, "[\"%s\"]", account);
    demo_body(acting->client, PAIRS("accounts", accounts, "reason", "to stop it / 止付"));
    (void)!demo_post(acting->client, path, NULL);
}

/* The stop that holds what somebody lost whose money was followed. */
static const struct loss *loss_stopped(struct acting *acting, char stop[DEMO_WORD_MAX])
{
    struct slice name, item;
    size_t at = 0;
    char about[DEMO_WORD_MAX];
    if (!acting_as(acting, "auto-duty") ||
        demo_get(acting->client, "/v1/work?kind=stop_order&state=stopped&limit=100") != STATUS_OK)
        return NULL;
    struct slice all = answered_member(text_slice(&acting->client->answer), "work");
    while (answered_next(all, &at, &name, &item)) {
        demo_member_of(answered_member(item, "fields"), "about", about, sizeof about);
        demo_member_of(item, "id", stop, DEMO_WORD_MAX);
        for (unsigned i = 0; i < acting->losses_count; i++)
            if (strcmp(acting->loss[i].victim, about) == 0)
                return &acting->loss[i];
    }
    return NULL;
}

/* What a chapter of money is about, as words for the interface. */
struct money {
    char amount[32], payer[80], payee[80], holder[DEMO_WORD_MAX], when[DEMO_WORD_MAX];
    const char *bank, *teller;
    char law_case[DEMO_WORD_MAX], freeze[DEMO_WORD_MAX], claim[DEMO_WORD_MAX];
};

static void money_read(const struct acting *acting, const struct loss *loss, struct money *money)
{
    static const char *const BANKS[] = {"bank-a", "bank-b", "bank-c"};
    static const char *const TELLERS[] = {"auto-bank-a", "auto-bank-b", "auto-bank-c"};
    const struct town *town = &acting->demo->town;
    unsigned bank = town_bank(town_field(town, loss->row, "payee_bank"));
    struct text text = text_over(money->amount, sizeof money->amount);
    moment at;
    text_addf(&text, "%.0f", strtod(town_field(town, loss->row, "amount").at, NULL) * 100);
    text = text_over(money->payer, sizeof money->payer);
    text_add(&text, town_field(town, loss->row, "payer"));
    text = text_over(money->payee, sizeof money->payee);
    text_add(&text, town_field(town, loss->row, "payee"));
    text = text_over(money->holder, sizeof money->holder);
    town_add_name(&text, town_field(town, loss->row, "payee"));
    text = text_over(money->when, sizeof money->when);
    if (moment_parse(town_field(town, loss->row, "time"), &at) == STATUS_OK)
        text_add_moment(&text, (moment){at.ms + town->shift_ms}, DEMO_ZONE);
    money->bank = place(acting, BANKS[bank]);
    money->teller = TELLERS[bank];
}

static enum status money_case(struct acting *acting, struct money *money)
{
    TRY(new_by(
        acting, "auto-duty", "case", "530102",
        PAIRS("title", "冒充客服退款诈骗案 Refund scam", "scam", "T03", "loss", money->amount),
        money->law_case));
    demo_mark(acting->demo, "case", money->law_case);
    TRY(by_two(acting, "auto-duty", "auto-head", money->law_case, "file",
               PAIRS("number", "A-5301-2026-0017", "organ", "演示市公安局", "document",
                     "演公立字〔2026〕17号")));
    TRY(new_by(acting, "auto-duty", "victim", NULL,
               PAIRS("about", money->law_case, "name", "王小明", "document", "530102199001011234",
                     "loss", money->amount),
               NULL));
    return new_by(acting, "auto-duty", "suspect", NULL,
                  PAIRS("about", money->law_case, "name", money->holder, "account", money->payee,
                        "role", "accessory"),
                  NULL);
}

static enum status money_freeze(struct acting *acting, struct money *money, const char *stop)
{
    char now[DEMO_WORD_MAX];
    TRY(new_by(acting, "auto-duty", "freeze", NULL,
               PAIRS("case_id", money->law_case, "stop", stop, "asset", "deposits", "months", "6",
                     "method", "limited", "scope", "全部", "yields", "true", "document",
                     "演冻结〔2026〕1号", "account_name", money->holder, "executor", money->bank),
               money->freeze));
    demo_mark(acting->demo, "freeze", money->freeze);
    TRY(by_two(acting, "auto-duty", "auto-head", money->freeze, "order", PAIRS()));
    acting_now(acting, now, 0);
    return by(acting, money->teller, money->freeze, "freeze",
              PAIRS("frozen_at", now, "frozen_amount", money->amount, "balance", money->amount));
}

static enum status money_claim(struct acting *acting, struct money *money, const struct loss *loss)
{
    TRY(new_by(acting, "auto-duty", "return_claim", NULL,
               PAIRS("about", money->law_case, "name", "王小明", "document", "530102199001011234",
                     "account", money->payer, "loss", money->amount, "paid_at", money->when),
               money->claim));
    TRY(by_two(acting, "auto-duty", "auto-head", money->claim, "verify",
               PAIRS("proof", "当面核验身份证与账户流水 seen in person")));
    return by(acting, "auto-duty", money->claim, "attribute",
              PAIRS("trace", loss->trace, "traced", money->amount));
}

static enum status money_return(struct acting *acting, struct money *money)
{
    char id[DEMO_WORD_MAX], claims[DEMO_WORD_MAX], now[DEMO_WORD_MAX];
    struct text text = text_over(claims, sizeof claims);
    text_addf(&text, "[{\"id\":\"%s\"}]", money->claim);
    TRY(new_by(acting, "auto-duty", "fund_return", NULL,
               PAIRS("about", money->law_case, "freeze", money->freeze, "account", money->payee,
                     "account_name", money->holder, "frozen", money->amount),
               id));
    demo_mark(acting->demo, "return", id);
    TRY(by(acting, "auto-duty", id, "verify", PAIRS("claims", claims)));
    TRY(by(acting, "auto-duty", id, "trace", PAIRS()));
    TRY(by(acting, "auto-duty", id, "report",
           PAIRS("report", "演呈返〔2026〕1号", "approver", place(acting, "city"))));
    TRY(by(acting, "auto-city-head", id, "approve", PAIRS()));
    TRY(by_two(acting, "auto-duty", "auto-head", id, "decide",
               PAIRS("decision", "演返〔2026〕1号")));
    TRY(by(acting, "auto-duty", id, "deliver", PAIRS("executor", money->bank)));
    acting_now(acting, now, 0);
    return by(acting, money->teller, id, "execute",
              PAIRS("executed_at", now, "paid", money->amount, "serial", "S-20260001"));
}

static enum status tell_money(struct acting *acting)
{
    struct money money = {.amount = ""};
    char stop[DEMO_WORD_MAX];
    const struct loss *loss = loss_stopped(acting, stop);
    if (loss == NULL || people_find(&acting->demo->people, "auto-city-head") == NULL)
        return STATUS_ABSENT;
    money_read(acting, loss, &money);
    demo_mark(acting->demo, "stop", stop);
    enum status status = money_case(acting, &money);
    if (status == STATUS_OK)
        status = money_freeze(acting, &money, stop);
    if (status == STATUS_OK)
        status = money_claim(acting, &money, loss);
    if (status == STATUS_OK)
        status = money_return(acting, &money);
    return status == STATUS_ABSENT ? STATUS_REFUSED : status;
}

/* ---- joint discipline ---- */

static enum status sanction_draft(struct acting *acting, const char *document, const char *who,
                                  char id[DEMO_WORD_MAX])
{
    char day[DEMO_WORD_MAX], cards[DEMO_WORD_MAX * 2];
    struct text text = text_over(cards, sizeof cards);
    day_of(acting, day, -90);
    text_addf(&text,
              "[{\"phone\":\"%s\"},{\"phone\":\"+8613800000012\"},{\"phone\":\"+8613800000013\"}]",
              CARD);
    TRY(new_by(acting, "auto-county", "sanction", NULL,
               PAIRS("document", document, "name", who, "category", "determined", "conduct",
                     "b1_items", "items", "3", "first_act", day, "facts",
                     "出租三张电话卡 rented out three SIM cards", "involved_cards", cards),
               id));
    return by_two(acting, "auto-county", "auto-county-head", id, "nominate",
                  PAIRS("organ", place(acting, "city")));
}

static const char EVIDENCE[] =
    "[{\"sha256\":\"abababababababababababababababababababababababababababababababab\","
    "\"what\":\"出租记录 contract\"}]";

static enum status tell_sanction(struct acting *acting)
{
    char id[DEMO_WORD_MAX], now[DEMO_WORD_MAX], reference[DEMO_WORD_MAX], executors[256];
    if (people_find(&acting->demo->people, "auto-carrier") == NULL)
        return STATUS_ABSENT;
    TRY(sanction_draft(acting, "110105199003071234", "张三", id));
    demo_mark(acting->demo, "sanction", id);
    TRY(by(acting, "auto-city-head", id, "determine",
           PAIRS("reasons", "三张卡均已核实 all three proved", "evidence", EVIDENCE)));
    field_of(acting, id, "reference", reference);
    acting_now(acting, now, 0);
    TRY(by(acting, "auto-city", id, "serve",
           PAIRS("served_at", now, "served_how", "in_person", "proof", "P-1", "said",
                 "[{\"item\":\"basis\"},{\"item\":\"term\"},{\"item\":\"measures\"},"
                 "{\"item\":\"right_of_appeal\"}]",
                 "kept_card", CLEAN_CARD)));
    struct text text = text_over(executors, sizeof executors);
    text_addf(&text, "[{\"id\":\"%s\"},{\"id\":\"%s\"}]", place(acting, "bank-a"),
              place(acting, "carrier"));
    TRY(by(acting, "auto-city-head", id, "transmit", PAIRS("executors", executors)));
    demo_body(acting->client,
              PAIRS("reference", reference, "ground", "disagrees", "statement",
                    "其中一张卡被冒用 one card was used without me", "contact", "邮寄 by post"));
    return demo_post(acting->client, "/v1/appeals", NULL);
}

/* One more, that waits for the city's head. */
static enum status tell_nomination(struct acting *acting)
{
    char id[DEMO_WORD_MAX];
    TRY(sanction_draft(acting, "110105199003071242", "李四", id));
    demo_mark(acting->demo, "nomination", id);
    return STATUS_OK;
}

/* ---- penalty, inspection, areas ---- */

static enum status tell_penalty(struct acting *acting)
{
    char id[DEMO_WORD_MAX], filed[DEMO_WORD_MAX], last[DEMO_WORD_MAX], found[DEMO_WORD_MAX];
    char noticed[DEMO_WORD_MAX];
    if (people_find(&acting->demo->people, "auto-county-head") == NULL)
        return STATUS_ABSENT;
    acting_now(acting, filed, 10 * DAY_MS);
    acting_now(acting, noticed, 7 * DAY_MS);
    day_of(acting, last, -20);
    day_of(acting, found, -12);
    TRY(new_by(acting, "auto-county", "penalty", NULL,
               PAIRS("target", "person", "act", "art44", "name", "张三", "document",
                     "11010519900307123X", "gains", "3500000", "last_act", last, "discovered_on",
                     found, "facts", "出租三张电话卡 rented out three cards", "reason",
                     "art. 31(1)", "phone", CARD, "filed_at", filed),
               id));
    demo_mark(acting->demo, "penalty", id);
    return by(acting, "auto-county", id, "notice",
              PAIRS("noticed_at", noticed, "noticed_how", "in_person", "proof", "P-1", "said",
                    "[{\"item\":\"facts\"},{\"item\":\"reason\"},{\"item\":\"basis\"},"
                    "{\"item\":\"rights\"}]",
                    "grade", "basic", "fine", "5000000", "confiscated", "3500000"));
}

/* The inspection of the carrier that the batch has made. */
static enum status inspection_find(struct acting *acting, char id[DEMO_WORD_MAX])
{
    struct slice name, item;
    size_t at = 0;
    char company[DEMO_WORD_MAX];
    if (!acting_as(acting, "auto-clerk"))
        return STATUS_ABSENT;
    TRY(demo_get(acting->client, "/v1/work?kind=inspection"));
    struct slice all = answered_member(text_slice(&acting->client->answer), "work");
    while (answered_next(all, &at, &name, &item)) {
        demo_member_of(answered_member(item, "fields"), "company", company, sizeof company);
        demo_member_of(item, "id", id, DEMO_WORD_MAX);
        if (strcmp(company, place(acting, "carrier")) == 0)
            return STATUS_OK;
    }
    return STATUS_REFUSED;
}

static enum status tell_inspection(struct acting *acting)
{
    char batch[DEMO_WORD_MAX], id[DEMO_WORD_MAX], visited[DEMO_WORD_MAX], until[DEMO_WORD_MAX];
    char companies[256];
    struct text text = text_over(companies, sizeof companies);
    if (people_find(&acting->demo->people, "auto-carrier") == NULL)
        return STATUS_ABSENT;
    text_addf(&text, "[{\"id\":\"%s\"},{\"id\":\"%s\"}]", place(acting, "carrier"),
              place(acting, "bank-a"));
    TRY(new_by(acting, "auto-clerk", "inspection_batch", NULL,
               PAIRS("number", "2026-1", "title", "第一批 First batch"), batch));
    TRY(by_two(acting, "auto-clerk", "auto-clerk-head", batch, "start",
               PAIRS("basis", "《反电信网络诈骗法》第28条", "companies", companies, "checklist",
                     "[{\"key\":\"real_name\"},{\"key\":\"domain_logs\"},"
                     "{\"key\":\"due_diligence\"},{\"key\":\"appeals\"}]")));
    TRY(inspection_find(acting, id));
    demo_mark(acting->demo, "inspection", id);
    acting_now(acting, visited, DAY_MS);
    day_of(acting, until, 10);
    TRY(by(acting, "auto-clerk", id, "visit",
           PAIRS("notice", "N-1", "visited_at", visited, "team", "甲、乙")));
    TRY(by_two(acting, "auto-clerk", "auto-clerk-head", id, "find",
               PAIRS("findings",
                     "[{\"key\":\"real_name\",\"result\":\"breach\",\"fact\":"
                     "\"200 张抽查卡中 40 张无照片\"},{\"key\":\"domain_logs\","
                     "\"result\":\"pass\"},{\"key\":\"appeals\",\"result\":\"pass\"}]")));
    TRY(by(acting, "auto-carrier", id, "answer",
           PAIRS("reply", "40 张已补录 added", "agrees", "partly")));
    return by(acting, "auto-clerk", id, "demand",
              PAIRS("demanded", "补齐登记 complete the register", "rectify_until", until));
}

static enum status area_figures(struct acting *acting, const char *id, int back, const char *here,
                                const char *elsewhere)
{
    char month[DEMO_WORD_MAX], year[DEMO_WORD_MAX];
    month_of(acting, month, back);
    month_of(acting, year, 12);
    year[4] = '\0';
    return by(acting, "auto-duty", id, "figures",
              PAIRS("period", month, "resident", "400000", "registered", "500000",
                    "population_year", year, "threshold", "20", "cards_here", here,
                    "cards_elsewhere", elsewhere, "cards_strangers", "7000", "accounts_here", "10",
                    "accounts_elsewhere", "0"));
}

static enum status tell_areas(struct acting *acting)
{
    char id[DEMO_WORD_MAX], day[DEMO_WORD_MAX], until[DEMO_WORD_MAX], month[DEMO_WORD_MAX];
    char year[DEMO_WORD_MAX];
    if (people_find(&acting->demo->people, "auto-head") == NULL)
        return STATUS_ABSENT;
    TRY(new_by(acting, "auto-duty", "source_area", NULL,
               PAIRS("place", "530102", "name", "五华区 Wuhua"), id));
    demo_mark(acting->demo, "area", id);
    TRY(area_figures(acting, id, 4, "40", "5"));
    TRY(area_figures(acting, id, 3, "90", "10"));
    TRY(area_figures(acting, id, 2, "60", "40"));
    TRY(by(acting, "auto-duty", id, "warn", PAIRS("why", "连续两月超阈值 two months over")));
    acting_now(acting, day, 0);
    day_of(acting, until, 60);
    TRY(by(acting, "auto-head", id, "talk",
           PAIRS("talk_at", day, "minutes", "M-1", "improve_until", until)));
    TRY(new_by(acting, "auto-duty", "victim_area", NULL,
               PAIRS("place", "530103", "name", "盘龙区 Panlong"), id));
    month_of(acting, year, 12);
    year[4] = '\0';
    static const char *const VICTIMS[] = {"100", "112", "131"}; /* of the last months */
    for (int back = 3; back >= 1; back--) {
        month_of(acting, month, back);
        TRY(by(acting, "auto-duty", id, "figures",
               PAIRS("period", month, "resident", "400000", "registered", "500000",
                     "population_year", year, "victims", VICTIMS[back - 1], "loss", "1000000")));
    }
    return STATUS_OK;
}

/* ---- somebody calls the hotline ---- */

static enum status tell_call(struct acting *acting)
{
    const struct demo *demo = acting->demo;
    struct slice phone = town_victim(&demo->town, acting->calls, demo_reached_ms(demo));
    char number[64];
    struct text text = text_over(number, sizeof number);
    if (phone.size == 0 || people_find(&acting->demo->people, "auto-duty") == NULL)
        return STATUS_ABSENT;
    acting->calls++;
    text_add(&text, phone);
    return new_by(acting, "auto-duty", "dissuasion", "530102",
                  PAIRS("source", "hotline", "grade", "high", "phone", number, "scam", "T03"),
                  NULL);
}

/* ---- in their order ---- */

struct chapter {
    const char *name;
    enum status (*tell)(struct acting *acting); /* STATUS_ABSENT: its time has not come */
};

static const struct chapter CHAPTERS[] = {
    {"call", tell_call},
    {"call", tell_call},
    {"call", tell_call},
    {"areas", tell_areas},
    {"penalty", tell_penalty},
    {"sanction", tell_sanction},
    {"nomination", tell_nomination},
    {"inspection", tell_inspection},
    {"money", tell_money},
    {"call", tell_call},
    {"call", tell_call},
};

void acting_story(struct acting *acting)
{
    char note[NOTE_BYTES];
    struct text text = text_over(note, sizeof note);
    if (acting->chapter == sizeof CHAPTERS / sizeof CHAPTERS[0])
        return;
    const struct chapter *chapter = &CHAPTERS[acting->chapter];
    enum status status = chapter->tell(acting);
    if (status == STATUS_ABSENT && ++acting->tries < TRIES_MAX)
        return;
    acting->tries = 0;
    acting->chapter++;
    text_addf(&text, "%s: %s", chapter->name, status_name(status));
    if (status != STATUS_OK)
        text_addf(&text, " %d %.600s", acting->client->http, acting->client->answer.at);
    text_add_char(&text, '\n');
    demo_note(acting->demo, text_slice(&text));
}
