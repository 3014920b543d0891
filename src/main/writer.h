/* writer.h -- alerts, in the form that the command asks for. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"
#include "outlet.h"
#include "progress.h"

enum form { FORM_TABLE, FORM_JSON, FORM_CSV };

/* The form given last of --json, --csv and --table. */
enum form form_asked(const struct command *command);

struct writer {
    enum form form;
    struct alert_view view;
    struct outlet *outlet;
    struct progress *progress; /* taken away before a line is shown on the same terminal */
    size_t columns;            /* 0: lines are not cut */
    bool colour;
    char *bytes; /* ALERT_BYTES_MAX */
};

/* Takes memory from boot; writes the header of a CSV.  STATUS_FULL, STATUS_IO. */
enum status writer_open(struct writer *writer, const struct alert_view *view, struct outlet *outlet,
                        struct progress *progress, struct arena *boot);
struct alert_sink writer_sink(struct writer *writer);
