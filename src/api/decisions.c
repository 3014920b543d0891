/* decisions.c -- what people make of alerts, over HTTP: taking the next one, deciding, what was
 * said before, and how often each rule was right.
 *
 * A reason is a code of a closed list and, where that does not say enough, words.  Words may name
 * somebody: they come in the body, lie sealed, and are shown to those who decide themselves and to
 * auditors.  Colleagues are named to whoever decides, or may see users: somebody who finds an alert
 * held must know whom to ask.  Others get the id. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "bulletin/bulletin.h"

#include <stdio.h>

enum {
    HISTORY_BYTES = 1 << 20, /* of an alert's decisions, with their words */
    RULES_BYTES = 1 << 20,
    DETAIL_BYTES = 256,
    DAYS_USUAL = 90,
};

static bool may(const struct visit *visit, enum scope scope)
{
    return access_may(&visit->identity, scope) == ACCESS_MAY;
}

/* What a room refused, of a lease or a decision. */
static void refuse(struct visit *visit, enum status status)
{
    if (status == STATUS_LATE)
        visit_problem(visit, PROBLEM_held, NULL);
    else
        visit_problem_of(visit, status);
}

/* ---- names ---- */

enum status visit_add_name(struct visit *visit, struct text *text, const char *member,
                           struct slice user)
{
    struct access_user found;
    if (!may(visit, SCOPE_alerts_decide) && !may(visit, SCOPE_users_read))
        return STATUS_OK;
    enum status status = access_user_find(visit->reader, user, visit->arena, &found);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    text_addf(text, ",\"%s\":", member);
    text_add_json(text, found.name);
    return STATUS_OK;
}

/* ---- history ---- */

struct history {
    struct visit *visit;
    struct text *text;
    bool words, some;
};

static enum status history_row(void *self, const struct bulletin_said *said)
{
    struct history *history = self;
    struct text *text = history->text;
    text_addf(text, "%s{\"outcome\":\"%.*s\",\"code\":\"%.*s\",\"by\":\"%.*s\"",
              history->some ? "," : "", (int)said->outcome.size, said->outcome.at,
              (int)said->code.size, said->code.at, (int)said->actor.size, said->actor.at);
    TRY(visit_add_name(history->visit, text, "name", said->actor));
    text_add_string(text, ",\"time\":\"");
    text_add_moment(text, said->at, 0);
    text_add_string(text, "\",\"reason\":");
    if (history->words)
        text_add_json(text, said->words);
    else
        text_add_string(text, "null");
    text_add_char(text, '}');
    history->some = true;
    return STATUS_OK;
}

/* ,"holder":{"by":…,"name":…,"until":…} while somebody holds it; every decision, oldest first. */
static enum status add_more(struct visit *visit, const struct alert_row *row, struct text *text)
{
    moment now = visit->api->clock.now(visit->api->clock.self);
    struct history history = {.visit = visit,
                              .text = text,
                              .words = may(visit, SCOPE_alerts_decide) ||
                                       (visit->identity.roles & ROLE_BIT(ROLE_auditor)) != 0};
    if (row->holder.size > 0 && row->lease.ms > now.ms) {
        text_addf(text, ",\"holder\":{\"by\":\"%.*s\"", (int)row->holder.size, row->holder.at);
        TRY(visit_add_name(visit, text, "name", row->holder));
        text_add_string(text, ",\"until\":\"");
        text_add_moment(text, row->lease, 0);
        text_add_string(text, "\"}");
    }
    text_add_string(text, ",\"decisions\":[");
    TRY(bulletin_history(visit->rooms->bulletin, visit->reader, row, visit->arena,
                         (struct bulletin_said_sink){history_row, &history}));
    text_add_char(text, ']');
    return STATUS_OK;
}

void handle_alerts_show(struct visit *visit)
{
    struct alert_row row;
    if (!bulletin_there(visit))
        return;
    enum status status = bulletin_find(visit->reader, visit->parameter[0], visit->arena, &row);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, row.masked.size + ALERT_ROW_MORE + HISTORY_BYTES);
    text_add_alert_members(&text, &row);
    status = add_more(visit, &row, &text);
    text_add_char(&text, '}');
    if (status == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_of(visit, status == STATUS_MALFORMED ? STATUS_IO : status);
}

/* ---- who looks at it now ---- */

static void answer_row(struct visit *visit, const struct alert_row *row)
{
    struct text text = visit_paper(visit, row->masked.size + ALERT_ROW_MORE);
    text_add_alert_row(&text, row);
    visit_answer_json(visit, 200, &text);
    visit->object_kind = SLICE("alert");
    visit->object_id = row->id;
}

/* What is taken is written down; that there was nothing to take is not. */
static enum status taking_entry(struct visit *visit, const struct alert_row *row)
{
    struct audit_entry entry =
        access_entry(visit->rooms->access, &visit->identity, "alert.take", "done");
    entry.object_kind = SLICE("alert");
    entry.object_id = row->id;
    TRY(audit_append(visit->rooms->audit, &entry, NULL));
    atomic_fetch_add(&visit->api->entries, 1);
    return STATUS_OK;
}

void handle_alerts_take(struct visit *visit)
{
    struct filter *filter = NULL;
    struct alert_row row;
    if (!visit_body(visit) || !bulletin_there(visit) ||
        !filter_wanted(visit, visit_text(visit, "q"), visit->arena, &filter))
        return;
    const struct bulletin_wish wish = {.filter = filter,
                                       .actor = slice_of(visit->identity.user),
                                       .skip = visit_words(visit, "skip")};
    if (!visit_begin(visit))
        return;
    enum status status = bulletin_take(visit->rooms->bulletin, &wish, visit->arena, &row);
    if (status == STATUS_OK)
        status = taking_entry(visit, &row);
    if (status == STATUS_OK)
        answer_row(visit, &row);
    else if (status == STATUS_ABSENT)
        visit->answer = (struct http_answer){.status = 204};
    else
        visit_problem_of(visit, status);
}

void handle_alerts_hold(struct visit *visit)
{
    struct alert_row row;
    if (!visit_body(visit) || !bulletin_there(visit) || !visit_begin(visit))
        return;
    enum status status = bulletin_hold(visit->rooms->bulletin, visit->parameter[0],
                                       slice_of(visit->identity.user), visit->arena, &row);
    if (status == STATUS_OK)
        answer_row(visit, &row);
    else
        refuse(visit, status);
}

void handle_alerts_release(struct visit *visit)
{
    struct alert_row row;
    if (!visit_body(visit) || !bulletin_there(visit) || !visit_begin(visit))
        return;
    enum status status = bulletin_release(visit->rooms->bulletin, visit->parameter[0],
                                          slice_of(visit->identity.user), visit->arena, &row);
    if (status == STATUS_OK)
        answer_row(visit, &row);
    else
        refuse(visit, status);
}

/* ---- decided ---- */

bool decision_wanted(struct visit *visit, struct slice id, struct bulletin_decision *out)
{
    *out = (struct bulletin_decision){.id = id,
                                      .outcome = visit_text(visit, "outcome"),
                                      .code = visit_text(visit, "code"),
                                      .words = visit_text(visit, "reason"),
                                      .actor = slice_of(visit->identity.user),
                                      .seen = MOMENT_NONE};
    if (out->code.size == 0)
        out->code = SLICE(BULLETIN_CODE_UNSAID);
    if (bulletin_decision_holds(out))
        return true;
    visit_problem(visit, PROBLEM_value_refused,
                  &SAYING("outcome, code: none of the list, the code is not of that outcome, or it "
                          "wants a reason in words",
                          "outcome、code：不在清单内、代码不适用于该结论，或须附文字说明"));
    return false;
}

static void decide(struct visit *visit, const struct bulletin_decision *decision)
{
    struct alert_row row;
    enum status status = bulletin_decide(visit->rooms->bulletin, decision, visit->arena, NULL);
    if (status == STATUS_OK)
        status = bulletin_find(visit->rooms->store, decision->id, visit->arena, &row);
    if (status != STATUS_OK) {
        refuse(visit, status);
        return;
    }
    struct text detail = visit_paper(visit, DETAIL_BYTES);
    answer_row(visit, &row);
    text_add_decision_detail(&detail, decision, NULL);
    visit->reason = decision->words;
    visit->detail = text_slice(&detail);
}

void handle_alerts_decide(struct visit *visit)
{
    struct bulletin_decision decision;
    if (visit_body(visit) && bulletin_there(visit) &&
        decision_wanted(visit, visit->parameter[0], &decision) && visit_begin(visit))
        decide(visit, &decision);
}

/* ---- how often a rule was right ---- */

/* The rows of one rule, which come one after another. */
struct judging {
    struct text *text;
    char rule[256], typology[128];
    bool some, shadow;
    int64_t confirmed, handed_on, false_alarm, duplicate;
};

static void judging_end(struct judging *judging)
{
    int64_t judged = judging->confirmed + judging->false_alarm;
    if (judging->rule[0] == '\0')
        return;
    text_add_string(judging->text, judging->some ? ",{\"rule\":" : "{\"rule\":");
    text_add_json(judging->text, slice_of(judging->rule));
    text_add_string(judging->text, ",\"typology\":");
    text_add_json(judging->text, slice_of(judging->typology));
    text_addf(judging->text,
              ",\"shadow\":%s,\"confirmed\":%lld,\"false_alarm\":%lld,\"handed_on\":%lld,"
              "\"duplicate\":%lld",
              judging->shadow ? "true" : "false", (long long)judging->confirmed,
              (long long)judging->false_alarm, (long long)judging->handed_on,
              (long long)judging->duplicate);
    if (judged <= 0) {
        text_add_string(judging->text, ",\"precision\":null}");
    } else { /* in thousandths, rounded once */
        int64_t share = (judging->confirmed * 2000 + judged) / (2 * judged);
        text_addf(judging->text, ",\"precision\":%lld.%03lld}", (long long)(share / 1000),
                  (long long)(share % 1000));
    }
    judging->some = true;
}

static bool same_rule(const struct judging *judging, const struct bulletin_judged *judged)
{
    return slice_equal(judged->rule, slice_of(judging->rule)) &&
           slice_equal(judged->typology, slice_of(judging->typology)) &&
           judged->shadow == judging->shadow;
}

static enum status judging_take(void *self, const struct bulletin_judged *judged)
{
    struct judging *judging = self;
    if (!same_rule(judging, judged)) {
        judging_end(judging);
        *judging = (struct judging){
            .text = judging->text, .some = judging->some, .shadow = judged->shadow};
        (void)snprintf(judging->rule, sizeof judging->rule, "%.*s", (int)judged->rule.size,
                       judged->rule.at);
        (void)snprintf(judging->typology, sizeof judging->typology, "%.*s",
                       (int)judged->typology.size, judged->typology.at);
    }
    if (slice_equal(judged->outcome, SLICE("confirmed")))
        judging->confirmed += judged->alerts;
    else if (slice_equal(judged->outcome, SLICE("handed_on")))
        judging->handed_on += judged->alerts;
    else if (slice_equal(judged->outcome, SLICE("false_alarm")))
        judging->false_alarm += judged->alerts;
    else
        judging->duplicate += judged->alerts;
    return STATUS_OK;
}

void handle_alerts_precision(struct visit *visit)
{
    if (!bulletin_there(visit))
        return;
    int64_t days = visit_query_whole(visit, "days", DAYS_USUAL);
    int64_t to = visit->api->clock.now(visit->api->clock.self).ms / DAY_MS + 1;
    struct text text = visit_paper(visit, RULES_BYTES);
    struct judging judging = {.text = &text};
    text_addf(&text, "{\"days\":%lld,\"rules\":[", (long long)days);
    enum status status = bulletin_judgements(visit->reader, to - days, to,
                                             (struct bulletin_judged_sink){judging_take, &judging});
    judging_end(&judging);
    text_add_string(&text, "]}");
    if (status == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_of(visit, status);
}
