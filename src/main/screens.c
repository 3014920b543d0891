/* screens.c -- screening, with the policy that the configuration names or the one inside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/outline.h"
#include "say.h"
#include "screen/screen.h"
#include "service.h"

enum { WHY_SIZE = 4096 };

/* EXIT_…: said. */
static enum exit_code read_policies(struct service *service, struct policies *out)
{
    const struct config *config = &service->config;
    char bytes[TONGUES_COUNT][WHY_SIZE];
    struct text why[TONGUES_COUNT];
    struct slice text = policy_shipped();
    const char *path = "default.yaml";
    enum disk_fault fault = DISK_FAILED;
    if (config->screen_policy.size > 0) {
        path = config->screen_policy.at;
        if (disk_read_all(path, OUTLINE_BYTES_MAX, service->boot, &text, &fault) != STATUS_OK) {
            complain_fault(service->command, path, fault);
            return EXIT_INPUT;
        }
    }
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
    enum status status = policies_read(out, path, text, service->boot, why);
    if (why[service->command->tongue].size > 0) /* a fault, or warnings */
        say_wrong("%s", why[service->command->tongue].at);
    return status == STATUS_OK ? EXIT_DONE : EXIT_INPUT;
}

enum exit_code screens_open(struct service *service)
{
    struct policies *policies;
    if (ARENA_NEW(service->boot, 1, &policies) != STATUS_OK)
        return EXIT_FAILED;
    enum exit_code code = read_policies(service, policies);
    if (code != EXIT_DONE)
        return code;
    struct screen_options options = {
        .live = service->live,
        .policies = policies,
        .clock = service->clock,
        .deadline_us = service->config.screen_deadline * 1000,
        .took = figures_screened,
        .self = service,
    };
    struct digest seed =
        secret_digest(&service->access_keys.token, "ids of decisions", slice_of(service->origin));
    memcpy(options.seed, seed.bytes, sizeof options.seed);
    if (screen_create(&service->screen, &options, service->boot) == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(service->command, "screening cannot be opened: no memory.",
             "在线筛查无法启动：内存不足。");
    return EXIT_FAILED;
}
