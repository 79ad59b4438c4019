/* The clock of tests of connections, which the linker puts in the place of clock_gettime(). */
#pragma once

void clock_stop(void);
void clock_go_on(void);
void clock_pass_ms(int ms); /* also while it is stopped */
void clock_pass_ns(long long ns);
