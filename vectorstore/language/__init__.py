"""The ground floor: what a sentence, a word, a number, a day, a name, a denial is, in each language we know.

Rules are code here, once; what they look for is data, one file a language (en.toml, …). Everything above asks this folder and
holds no word list of its own.
"""
