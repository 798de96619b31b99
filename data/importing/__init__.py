"""Files in and out: columns, kinds, planning, checks, writing, exports. It uses the subjects below, and none above."""
