/* laws.c -- the law packs of a service: read before anything that asks them, and named in the log.
 *
 * What is in force is found again for each decision, by its own date; the log only says with what
 * the day began. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"
#include "service.h"

enum { WHY_SIZE = 4096 };

enum exit_code laws_read(struct law *out, const struct command *command,
                         const struct config *config, struct arena *boot)
{
    char bytes[TONGUES_COUNT][WHY_SIZE];
    struct text why[TONGUES_COUNT];
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
    enum status status = config->law_packs.size > 0 ? law_open(out, config->law_packs.at, boot, why)
                                                    : law_open_shipped(out, boot, why);
    if (status == STATUS_OK)
        return EXIT_DONE;
    if (why[command->tongue].size == 0)
        return say_no_memory(command);
    say_wrong("%s", why[command->tongue].at);
    return EXIT_INPUT;
}

law_date laws_today(struct clock clock, const struct config *config)
{
    return law_date_of_moment(clock.now(clock.self), config->home_zone);
}

enum exit_code laws_open(struct service *service)
{
    enum exit_code code =
        laws_read(&service->law, service->command, &service->config, service->boot);
    if (code != EXIT_DONE)
        return code;
    law_date today = laws_today(service->clock, &service->config);
    for (unsigned subject = 0; subject < LAW_SUBJECTS_COUNT; subject++) {
        char stamp[LAW_STAMP_MAX];
        struct text text = text_over(stamp, sizeof stamp);
        const struct law_pack *pack = law_find(&service->law, (enum law_subject)subject, today);
        if (pack == NULL)
            continue;
        text_add_law_stamp(&text, pack);
        LOG(&service->log, law_loaded, LOG_TEXT(pack, text_slice(&text)));
    }
    return EXIT_DONE;
}
