/* pages.c -- the console: one page for every path that people open, and the files that it loads.
 *
 * These answers alone may run scripts, and only those that lie in the program: the policy names no
 * other origin, no inline code, no frame, and lets no text become markup (trusted types without a
 * policy).  The page itself is asked for anew each time; the names of its files hold a digest of
 * their content, so a browser keeps them.  Paths of the console name pages and opaque ids, never a
 * person: they stand in the history of a browser. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "console/console.h"

static const char POLICY[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
static const char NOT_BUILT[] =
    "There is no console in this program: `npm ci --prefix console`, then build it again.\n"
    "本程序未包含控制台：请先运行 npm ci --prefix console，再重新构建。\n";

/* Whether a list like "gzip, deflate, br;q=0.5" takes gzip. */
static bool takes_gzip(struct slice list)
{
    for (size_t at = 0; at + 4 <= list.size; at++) {
        struct slice rest = {list.at + at, list.size - at};
        if (!slice_starts(rest, SLICE("gzip")))
            continue;
        rest = (struct slice){rest.at + 4, rest.size - 4};
        return !slice_starts(rest, SLICE(";q=0")) || slice_starts(rest, SLICE(";q=0."));
    }
    return false;
}

static void lend(struct visit *visit, const struct console_file *file, const char *keep)
{
    bool packed = file->gzip.size > 0 && takes_gzip(http_header(visit->request, "Accept-Encoding"));
    bool known = slice_equal(http_header(visit->request, "If-None-Match"), slice_of(file->etag));
    visit->answer = (struct http_answer){.status = known ? 304 : 200};
    if (!known) {
        visit->answer.type = file->type;
        visit->answer.body = packed ? file->gzip : file->plain;
    }
    visit_header(visit, "Content-Security-Policy", slice_of(POLICY));
    visit_header(visit, "Cache-Control", slice_of(keep));
    visit_header(visit, "ETag", slice_of(file->etag));
    visit_header(visit, "Vary", SLICE("Accept-Encoding"));
    if (packed && !known)
        visit_header(visit, "Content-Encoding", SLICE("gzip"));
}

/* The page draws itself from its path. */
static void lend_page(struct visit *visit)
{
    const struct console_file *page = console_file_find(SLICE("/"));
    if (page != NULL) {
        lend(visit, page, "no-store");
        return;
    }
    visit->answer = (struct http_answer){
        .status = 200, .type = "text/plain; charset=utf-8", .body = slice_of(NOT_BUILT)};
}

void handle_console(struct visit *visit)
{
    lend_page(visit);
}

void handle_console_page(struct visit *visit)
{
    lend_page(visit);
}

void handle_console_item(struct visit *visit)
{
    lend_page(visit);
}

void handle_console_asset(struct visit *visit)
{
    const struct console_file *file = console_file_find(http_path(visit->request));
    if (file == NULL)
        visit_problem(visit, PROBLEM_not_found, NULL);
    else
        lend(visit, file, "public, max-age=31536000, immutable");
}
