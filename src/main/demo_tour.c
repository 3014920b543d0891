/* demo_tour.c -- the guided tour: ten steps, told while the demo runs and shown whenever asked for.
 *
 * A step comes when what it speaks of is there, and some seconds behind the one before.  Its
 * command holds the real ids and can be copied as it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "ruleset.h"
#include "say.h"

enum { STEP_BYTES = 4096, COMMAND_BYTES = 1024, BETWEEN_MS = 4000 };

struct tour_row {
    const char *page, *mark, *login, *command;
    struct saying says;
};

static const struct tour_row TOUR[] = {
#define TOUR(page, mark, login, command, en, zh) {page, mark, login, command, {{en, zh}}},
#include "demo_tour.inc"
#undef TOUR
};

enum { STEPS = sizeof TOUR / sizeof TOUR[0] };

/* What is known of a demo: its folder and its ids. */
struct tour {
    const char *folder;
    struct slice marks;
};

static void add_token(struct text *text, const struct tour *tour, const char *login)
{
    struct slice url = demo_marked(tour->marks, "url");
    text_addf(text, "--token %s/token/%s", tour->folder, login);
    if (url.size > 0 && !slice_equal(url, SLICE("http://127.0.0.1:8470")))
        text_addf(text, " --to %.*s", (int)url.size, url.at);
}

static void add_mark(struct text *text, const struct tour *tour, const char *word, size_t size)
{
    char what[32];
    struct text name = text_over(what, sizeof what);
    text_add(&name, (struct slice){word, size});
    struct slice id = demo_marked(tour->marks, what);
    text_add(text, id.size > 0 ? id : SLICE("ID"));
}

static void add_command(struct text *text, const struct tour *tour, const struct tour_row *row)
{
    struct slice url = demo_marked(tour->marks, "url");
    for (const char *at = row->command; *at != '\0'; at++) {
        const char *end = strchr(at, '}');
        if (at[0] != '%') {
            text_add_char(text, *at);
            continue;
        }
        at++;
        if (*at == 'F')
            text_add_string(text, tour->folder);
        else if (*at == 'T')
            add_token(text, tour, row->login);
        else if (*at == 'U')
            text_add(text, url.size > 0 ? url : SLICE("http://127.0.0.1:8470"));
        else if (*at == '{' && end != NULL) {
            add_mark(text, tour, at + 1, (size_t)(end - at - 1));
            at = end;
        }
    }
}

static void add_step(struct text *text, const struct tour *tour, unsigned step, enum tongue tongue)
{
    const struct tour_row *row = &TOUR[step];
    text_addf(text,
              tongue == TONGUE_ZH ? "\n  导览 %u/%u（%s，%s）：%s\n      "
                                  : "\n  tour %u of %u (%s, %s): %s\n      ",
              step + 1, (unsigned)STEPS, row->page, row->login, row->says.in[tongue]);
    add_command(text, tour, row);
    text_add_string(text, "\n");
}

void demo_tour_turn(struct demo *demo)
{
    char bytes[STEP_BYTES], marks[DEMO_MARKS_BYTES];
    struct text text = text_over(bytes, sizeof bytes), known = text_over(marks, sizeof marks);
    int64_t since = demo_since_ms(demo);
    if (demo->toured == STEPS || since - demo->toured_ms < BETWEEN_MS)
        return;
    (void)pthread_mutex_lock(&demo->tell);
    text_add(&known, text_slice(&demo->marks));
    (void)pthread_mutex_unlock(&demo->tell);
    const struct tour tour = {demo->folder, text_slice(&known)};
    const struct tour_row *row = &TOUR[demo->toured];
    if (row->mark[0] != '\0' && demo_marked(tour.marks, row->mark).size == 0)
        return;
    add_step(&text, &tour, demo->toured++, demo->command->tongue);
    demo->toured_ms = since;
    demo_tell(demo, text_slice(&text));
}

/* ---- `cutline demo tour` ---- */

static void add_json(struct text *text, const struct tour *tour)
{
    char bytes[COMMAND_BYTES];
    text_add_char(text, '[');
    for (unsigned i = 0; i < STEPS; i++) {
        const struct tour_row *row = &TOUR[i];
        struct text command = text_over(bytes, sizeof bytes);
        add_command(&command, tour, row);
        text_addf(text, "%s{\"step\":%u,\"page\":\"%s\",\"login\":\"%s\",\"ready\":%s,\"command\":",
                  i > 0 ? "," : "", i + 1, row->page, row->login,
                  row->mark[0] == '\0' || demo_marked(tour->marks, row->mark).size > 0 ? "true"
                                                                                       : "false");
        text_add_json(text, text_slice(&command));
        text_add_string(text, ",\"en\":");
        text_add_json(text, slice_of(row->says.in[TONGUE_EN]));
        text_add_string(text, ",\"zh\":");
        text_add_json(text, slice_of(row->says.in[TONGUE_ZH]));
        text_add_char(text, '}');
    }
    text_add_string(text, "]\n");
}

enum exit_code demo_tour_show(const struct command *command, const char *folder)
{
    static char bytes[STEPS * STEP_BYTES];
    char path[PATH_MAX];
    struct text text = text_over(bytes, sizeof bytes), where = text_over(path, sizeof path);
    struct tour tour = {folder, SLICE("")};
    struct arena *arena;
    enum disk_fault fault;
    text_addf(&where, "%s/ids", folder);
    if (where.full || arena_create(&arena, 1 << 20) != STATUS_OK)
        return say_no_memory(command);
    if (disk_read_all(path, DEMO_MARKS_BYTES, arena, &tour.marks, &fault) != STATUS_OK)
        tour.marks = SLICE(""); /* no demo has run here: the steps are shown without ids */
    if (command_has(command, FLAG_json))
        add_json(&text, &tour);
    else
        for (unsigned i = 0; i < STEPS; i++)
            add_step(&text, &tour, i, command->tongue);
    arena_destroy(arena);
    return say_on_out(text_slice(&text)) ? EXIT_DONE : EXIT_FAILED;
}
