/* The webhook of Alertmanager: https://prometheus.io/docs/alerting/latest/configuration, version 4
 * of its body. */
#pragma once

#include "proto/hook_draft.h"

bool hook_is_alerts(json_t *body);
bool hook_parse_alerts(struct hook_draft *draft, json_t *body);
