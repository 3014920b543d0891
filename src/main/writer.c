/* writer.c -- one alert, one line; cut only where a person looks at it.
 *
 * The memory of a line is the longest that an alert can become, so a line that was begun is ended.
 * */
/* SPDX-License-Identifier: Apache-2.0 */
#include "writer.h"

#include <unistd.h>

enum form form_asked(const struct command *command)
{
    enum form form = FORM_TABLE;
    for (uint32_t i = 0; i < command->given_count; i++) {
        if (command->given[i].flag == FLAG_json)
            form = FORM_JSON;
        else if (command->given[i].flag == FLAG_csv)
            form = FORM_CSV;
        else if (command->given[i].flag == FLAG_table)
            form = FORM_TABLE;
    }
    return form;
}

enum status writer_open(struct writer *writer, const struct alert_view *view, struct outlet *outlet,
                        struct progress *progress, struct arena *boot)
{
    const struct command *command = outlet->command;
    bool terminal = outlet->path == NULL && command->out_is_terminal;
    *writer = (struct writer){.form = form_asked(command),
                              .view = *view,
                              .outlet = outlet,
                              .progress = progress,
                              .columns = terminal ? terminal_columns(STDOUT_FILENO) : 0,
                              .colour = terminal && command->out_in_colour};
    TRY(ARENA_NEW(boot, ALERT_BYTES_MAX, &writer->bytes));
    if (writer->form != FORM_CSV)
        return STATUS_OK;
    struct text header = text_over(writer->bytes, ALERT_BYTES_MAX);
    text_add_alert_csv_header(&header);
    return outlet_write(outlet, text_slice(&header));
}

static enum status take_alert(void *self, const struct alert *alert)
{
    struct writer *writer = self;
    struct text line = text_over(writer->bytes, ALERT_BYTES_MAX);
    switch (writer->form) {
    case FORM_JSON:
        text_add_alert_json(&line, alert, &writer->view);
        text_add_char(&line, '\n');
        break;
    case FORM_CSV:
        text_add_alert_csv(&line, alert, &writer->view);
        break;
    case FORM_TABLE:
        text_add_alert_line(&line, alert, &writer->view, writer->columns, writer->colour);
        text_add_char(&line, '\n');
        break;
    }
    must(!line.full);
    if (writer->columns != 0)
        progress_clear(writer->progress);
    return outlet_write(writer->outlet, text_slice(&line));
}

struct alert_sink writer_sink(struct writer *writer)
{
    return (struct alert_sink){take_alert, writer};
}
