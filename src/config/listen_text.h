/* The parts of a configuration that the units of systemd are made of, without the rest. */
#pragma once

/* Every "listen = ( ... )", "certificates = ( ... )", "tls = { ... }" and "sts = { ... }", which
 * some listeners require, of a text of papod.conf, each on its line, and nothing else, so that
 * mistakes elsewhere do not matter. The caller frees. */
char *listen_text(const char *text);
/* The same for every "push = { ... }". */
char *push_settings_text(const char *text);
