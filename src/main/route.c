/* route.c -- `cutline lead route`: which carrier the number plan names for a number, and why.
 *
 * Numbers may come from a file (@FILE, one a line), so that none stands in the list of processes;
 * they are shown masked unless --unmask. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "ground/disk.h"
#include "numberplan/plan.h"
#include "outlet.h"
#include "paths.h"
#include "record/mask.h"
#include "ruleset.h"
#include "say.h"

#include <limits.h>

enum { MEMORY_MAX = 768 << 20, SHOWN_MAX = 16 << 20, NUMBERS_BYTES_MAX = 1 << 20, WHY_SIZE = 2048 };

struct routing {
    const struct command *command;
    struct arena *arena;
    struct plan *plan;
    struct text text;
    bool unknown; /* some number goes to nobody */
};

static enum exit_code read_plan(struct routing *routing)
{
    char folder[PATH_MAX], bytes[TONGUES_COUNT][WHY_SIZE];
    struct text shipped = text_over(folder, sizeof folder);
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_SIZE), text_over(bytes[1], WHY_SIZE)};
    const char *path = command_value(routing->command, FLAG_plan);
    if (path == NULL && path_is_folder("numberplan"))
        path = "numberplan";
    if (path == NULL && path_shipped("numberplan", &shipped))
        path = folder;
    if (path == NULL) {
        COMPLAIN(routing->command, "there is no number plan here, nor at %s; name one with --plan.",
                 "此处及 %s 均无号码规划；请用 --plan 指定。", folder);
        return EXIT_INPUT;
    }
    if (plan_read(&routing->plan, path, routing->arena, why) == STATUS_OK)
        return EXIT_DONE;
    if (why[routing->command->tongue].size == 0)
        return say_no_memory(routing->command);
    say_wrong("%s", why[routing->command->tongue].at);
    return EXIT_INPUT;
}

static void add_number(const struct routing *routing, struct text *text, struct slice number)
{
    if (command_has(routing->command, FLAG_unmask))
        text_add(text, number);
    else
        text_add_masked(text, number, FIELD_PHONE);
}

static void add_json(struct routing *routing, struct slice number, const struct plan_route *route)
{
    struct text *text = &routing->text;
    char bytes[128];
    struct text shown = text_over(bytes, sizeof bytes);
    add_number(routing, &shown, number);
    text_add_string(text, "{\"number\":");
    text_add_json(text, text_slice(&shown));
    text_addf(text, ",\"found\":\"%s\",\"carrier\":", plan_find_name(route->find));
    text_add_json(text, route->carrier);
    text_addf(text, ",\"region\":\"%.*s\",\"type\":\"%.*s\",\"confidence\":\"%.*s\",\"file\":",
              (int)route->region.size, route->region.at, (int)route->type.size, route->type.at,
              (int)route->confidence.size, route->confidence.at);
    text_add_json(text, route->file);
    text_addf(text, ",\"line\":%u}\n", route->line);
}

static void add_line(struct routing *routing, struct slice number, const struct plan_route *route)
{
    struct text *text = &routing->text;
    enum tongue tongue = routing->command->tongue;
    add_number(routing, text, number);
    text_addf(text, "  %.*s", plan_names(route->find) ? (int)route->carrier.size : 1,
              plan_names(route->find) ? route->carrier.at : "-");
    if (route->region.size != 0)
        text_addf(text, "  %.*s", (int)route->region.size, route->region.at);
    if (route->type.size != 0)
        text_addf(text, "  %.*s", (int)route->type.size, route->type.at);
    text_addf(text, "  %s", plan_find_says(route->find)->in[tongue]);
    if (route->line != 0)
        text_addf(text, tongue == TONGUE_ZH ? "（%.*s 第 %u 行%s%.*s）" : " (%.*s:%u%s%.*s)",
                  (int)route->file.size, route->file.at, route->line,
                  route->confidence.size == 0 ? "" : " ", (int)route->confidence.size,
                  route->confidence.at);
    text_add_char(text, '\n');
}

static void route_one(struct routing *routing, struct slice number)
{
    struct plan_route route = plan_route(routing->plan, number, SLICE("86"));
    routing->unknown = routing->unknown || !plan_names(route.find);
    if (command_has(routing->command, FLAG_json))
        add_json(routing, number, &route);
    else
        add_line(routing, number, &route);
}

/* "@FILE": a number a line. */
static enum exit_code route_file(struct routing *routing, const char *path)
{
    struct slice text;
    enum disk_fault fault = DISK_FAILED;
    if (disk_read_all(path, NUMBERS_BYTES_MAX, routing->arena, &text, &fault) != STATUS_OK) {
        complain_fault(routing->command, path, fault);
        return EXIT_INPUT;
    }
    while (text.size != 0) {
        const char *end = memchr(text.at, '\n', text.size);
        struct slice line = {text.at, end == NULL ? text.size : (size_t)(end - text.at)};
        size_t taken = line.size + (end == NULL ? 0 : 1);
        text = (struct slice){text.at + taken, text.size - taken};
        while (line.size != 0 && (unsigned char)line.at[line.size - 1] <= ' ')
            line.size--;
        if (line.size != 0)
            route_one(routing, line);
    }
    return EXIT_DONE;
}

enum exit_code verb_lead_route(const struct command *command)
{
    struct routing routing = {.command = command};
    char *bytes;
    if (arena_create(&routing.arena, MEMORY_MAX) != STATUS_OK ||
        arena_take(routing.arena, SHOWN_MAX, (void **)&bytes) != STATUS_OK)
        return say_no_memory(command);
    routing.text = text_over(bytes, SHOWN_MAX);
    enum exit_code code = read_plan(&routing);
    for (uint32_t i = 0; code == EXIT_DONE && i < command->operands_count; i++) {
        const char *word = command->operand[i];
        if (word[0] == '@')
            code = route_file(&routing, word + 1);
        else
            route_one(&routing, slice_of(word));
    }
    if (code == EXIT_DONE)
        code = routing.text.full ? say_no_memory(command)
                                 : outlet_put(command, NULL, text_slice(&routing.text));
    arena_destroy(routing.arena);
    return code == EXIT_DONE && routing.unknown ? EXIT_FAILED : code;
}
