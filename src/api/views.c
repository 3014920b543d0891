/* views.c -- views that people keep, over HTTP.
 *
 * A filter may name somebody: it comes in the body, lies sealed, stands in no address and no audit
 * entry.  Whoever does not see a view is told what somebody is told who asks for nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "casework/work/work.h"
#include "view/view.h"

enum { VIEW_BYTES = 16384, VIEWS_BYTES_MAX = 4 << 20, DETAIL_BYTES = 128 };

static bool views_there(struct visit *visit)
{
    if (visit->rooms->views == NULL)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    return visit->rooms->views != NULL;
}

static moment now_of(const struct visit *visit)
{
    return visit->api->clock.now(visit->api->clock.self);
}

static bool may_share(const struct visit *visit)
{
    return access_may(&visit->identity, SCOPE_views_share) == ACCESS_MAY;
}

/* ---- words ---- */

static void add_text(struct text *text, const char *name, struct slice value)
{
    text_addf(text, ",\"%s\":", name);
    text_add_json(text, value);
}

static void add_moment(struct text *text, const char *name, moment at)
{
    text_addf(text, ",\"%s\":\"", name);
    text_add_moment(text, at, 0);
    text_add_char(text, '"');
}

static void add_view(struct text *text, const struct visit *visit, const struct view *view)
{
    bool own = slice_equal(view->owner, slice_of(visit->identity.user));
    text_addf(text, "{\"id\":\"%s\"", view->id);
    add_text(text, "name", view->name);
    add_text(text, "what", view->what);
    add_text(text, "filter", view->filter);
    add_text(text, "sort", view->sort);
    text_add_string(text, ",\"columns\":");
    text_add_word_list(text, view->columns);
    text_addf(text, ",\"refresh\":%lld,\"shared\":%s,\"own\":%s,\"may_change\":%s",
              (long long)view->refresh_s, view->shared ? "true" : "false", own ? "true" : "false",
              (view->shared ? may_share(visit) : own) ? "true" : "false");
    add_moment(text, "created", view->created);
    add_moment(text, "changed", view->changed);
    text_add_char(text, '}');
}

static void answer_view(struct visit *visit, int status, const struct view *view)
{
    struct text text = visit_paper(visit, VIEW_BYTES), detail = visit_paper(visit, DETAIL_BYTES);
    add_view(&text, visit, view);
    visit_answer_json(visit, status, &text);
    text_addf(&detail, "{\"what\":\"%.*s\",\"shared\":%s}", (int)view->what.size, view->what.at,
              view->shared ? "true" : "false");
    visit->object_kind = SLICE("view");
    if (slice_copy(visit->arena, slice_of(view->id), &visit->object_id) == STATUS_OK)
        visit->detail = text_slice(&detail);
}

/* ---- what a request says ---- */

/* Alerts with a filter that can be understood, or a kind of work; false: answered. */
static bool what_holds(struct visit *visit, const struct view *view)
{
    struct filter *filter = NULL;
    if (slice_equal(view->what, SLICE("alerts")))
        return bulletin_there(visit) && filter_wanted(visit, view->filter, visit->arena, &filter);
    if (visit->rooms->work != NULL && work_kind_find(visit->rooms->work, view->what) != NULL)
        return true;
    visit_problem(visit, PROBLEM_value_refused,
                  &SAYING("what: alerts, or a kind of work", "what：alerts 或工作类别"));
    return false;
}

/* The body as a view of the visitor; false: answered. */
static bool view_wanted(struct visit *visit, struct view *out)
{
    *out = (struct view){.organisation = slice_of(visit->identity.organisation),
                         .owner = slice_of(visit->identity.user),
                         .shared = visit_flag(visit, "shared"),
                         .what = visit_text(visit, "what"),
                         .name = visit_text(visit, "name"),
                         .filter = visit_text(visit, "filter"),
                         .sort = visit_text(visit, "sort"),
                         .columns = visit_words(visit, "columns"),
                         .refresh_s = visit_whole(visit, "refresh", 0)};
    if (!view_holds(out)) {
        visit_problem(visit, PROBLEM_value_refused,
                      &SAYING("name, sort, columns, filter: one of them has not its form",
                              "name、sort、columns、filter：其中一项格式不正确"));
        return false;
    }
    if (!what_holds(visit, out))
        return false;
    if (out->shared && !may_share(visit)) {
        visit_problem(visit, PROBLEM_forbidden, NULL);
        return false;
    }
    return true;
}

/* The view of the path, if the visitor may change it; false: answered. */
static bool view_found(struct visit *visit, struct view *out)
{
    enum status status =
        view_find(visit->rooms->views, visit->rooms->store, visit->parameter[0], visit->arena, out);
    bool own = status == STATUS_OK && slice_equal(out->owner, slice_of(visit->identity.user));
    if (status == STATUS_OK &&
        (!slice_equal(out->organisation, slice_of(visit->identity.organisation)) ||
         (!out->shared && !own)))
        status = STATUS_ABSENT;
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else if (out->shared && !may_share(visit))
        visit_problem(visit, PROBLEM_forbidden, NULL);
    else
        return true;
    return false;
}

/* ---- routes ---- */

struct listing {
    struct visit *visit;
    struct text *text;
    bool some;
};

static enum status list_row(void *self, const struct view *view)
{
    struct listing *listing = self;
    text_add_string(listing->text, listing->some ? "," : "");
    add_view(listing->text, listing->visit, view);
    listing->some = true;
    return STATUS_OK;
}

void handle_views_list(struct visit *visit)
{
    if (!views_there(visit))
        return;
    struct text text = visit_paper(visit, VIEWS_BYTES_MAX);
    struct listing listing = {.visit = visit, .text = &text};
    text_add_string(&text, "{\"views\":[");
    enum status status =
        view_list(visit->rooms->views, visit->reader, slice_of(visit->identity.organisation),
                  slice_of(visit->identity.user), visit_query_text(visit, "what"), visit->arena,
                  (struct view_sink){list_row, &listing});
    text_add_string(&text, "]}");
    if (status == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_of(visit, status == STATUS_MALFORMED ? STATUS_IO : status);
}

void handle_views_add(struct visit *visit)
{
    struct view view;
    if (!views_there(visit) || !visit_body(visit) || !view_wanted(visit, &view) ||
        !visit_begin(visit))
        return;
    enum status status = view_add(visit->rooms->views, &view, now_of(visit), visit->arena);
    if (status == STATUS_OK)
        answer_view(visit, 201, &view);
    else if (status == STATUS_FULL)
        visit_problem(visit, PROBLEM_views_full, NULL);
    else
        visit_problem_of(visit, status);
}

void handle_views_change(struct visit *visit)
{
    struct view view, before;
    if (!views_there(visit) || !visit_body(visit) || !view_wanted(visit, &view) ||
        !visit_begin(visit) || !view_found(visit, &before))
        return;
    memcpy(view.id, before.id, sizeof view.id);
    view.owner = before.owner;
    view.created = before.created;
    view.changed = now_of(visit);
    enum status status = view_change(visit->rooms->views, &view, view.changed, visit->arena);
    if (status == STATUS_OK)
        answer_view(visit, 200, &view);
    else
        visit_problem_of(visit, status);
}

void handle_views_remove(struct visit *visit)
{
    struct view view;
    if (!views_there(visit) || !visit_body(visit) || !visit_begin(visit) ||
        !view_found(visit, &view))
        return;
    enum status status = view_remove(visit->rooms->views, slice_of(view.id));
    if (status == STATUS_OK)
        answer_view(visit, 200, &view);
    else
        visit_problem_of(visit, status);
}
