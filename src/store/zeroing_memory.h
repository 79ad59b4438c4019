/* Memory for SQLite that is overwritten when it is released: it held the verifiers of passwords. */
#pragma once

/* Before the first other call of SQLite in this process; later calls have no effect. */
void zeroing_memory_install(void);
