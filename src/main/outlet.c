/* outlet.c -- a sink of the disk that can be flushed.
 *
 * Standard output cannot be undone, so committing it and beginning it anew is a flush. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "outlet.h"

#include "say.h"

static enum exit_code complain_write(const struct outlet *outlet)
{
    if (outlet->path == NULL)
        COMPLAIN(outlet->command, "standard output cannot be written.", "无法写入标准输出。");
    else
        COMPLAIN(outlet->command, "%s: cannot be written.", "%s：无法写入。", outlet->path);
    return EXIT_FAILED;
}

enum exit_code outlet_open(struct outlet *outlet, const struct command *command, const char *path)
{
    bool standard = path == NULL || strcmp(path, "-") == 0;
    *outlet = (struct outlet){.command = command, .path = standard ? NULL : path};
    if (disk_sink_create(&outlet->sink, standard ? "-" : path) == STATUS_OK)
        return EXIT_DONE;
    outlet->sink = NULL;
    return complain_write(outlet);
}

enum status outlet_write(struct outlet *outlet, struct slice bytes)
{
    outlet->waiting = true;
    enum status status = disk_sink_write(outlet->sink, bytes);
    outlet->failed = outlet->failed || status != STATUS_OK;
    return status;
}

enum status outlet_flush(struct outlet *outlet)
{
    if (outlet->path != NULL || !outlet->waiting)
        return STATUS_OK;
    outlet->waiting = false;
    enum status status = disk_sink_commit(outlet->sink);
    outlet->sink = NULL;
    if (status == STATUS_OK)
        status = disk_sink_create(&outlet->sink, "-");
    outlet->failed = outlet->failed || status != STATUS_OK;
    return status;
}

enum exit_code outlet_close(struct outlet *outlet)
{
    if (outlet->sink != NULL && disk_sink_commit(outlet->sink) != STATUS_OK)
        outlet->failed = true;
    outlet->sink = NULL;
    return outlet->failed ? complain_write(outlet) : EXIT_DONE;
}

void outlet_abandon(struct outlet *outlet)
{
    disk_sink_abandon(outlet->sink);
    outlet->sink = NULL;
}

enum exit_code outlet_put(const struct command *command, const char *path, struct slice bytes)
{
    struct outlet outlet;
    enum exit_code code = outlet_open(&outlet, command, path);
    if (code != EXIT_DONE)
        return code;
    (void)outlet_write(&outlet, bytes); /* told when it is closed */
    return outlet_close(&outlet);
}
