"""How people get in at all: accounts made and told, staff, the first start, looking as a family. It uses directory and what is below."""
