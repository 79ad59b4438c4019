# Recordings (--record) and their expected output (--replay).
TESTS += %D%/test_replay.py
EXTRA_DIST += %D%/test_replay.py %D%/record_chat.py %D%/chat.events %D%/chat.expected
