package mail

import (
	"errors"
	htmltemplate "html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	texttemplate "text/template"

	"github.com/waybill-go/waybill"
)

// Templates are mails with a logical name in several languages: subject and text
// by text/template, HTML by html/template, which escapes what is filled in. They
// are checked when they are read. Safe for concurrent use.
type Templates struct {
	fallback string
	sets     map[string]map[string]*templateSet // by name, by language in small letters
}

// templateSet is one mail in one language.
type templateSet struct {
	language      string
	subject, text *texttemplate.Template
	html          *htmltemplate.Template
}

// TemplateOptions of [ParseTemplates]. Nil means no fallback and no functions.
type TemplateOptions struct {
	// Fallback is the language (BCP 47) of those whose own is not there. Every
	// mail must have it when it is set.
	Fallback string
	// Funcs are functions for all templates.
	Funcs map[string]any
}

// ParseTemplates reads the templates of a folder. A file's name is
// name.language.part, such as "invoice.zh-CN.html", where the part is subject,
// txt or html. Each mail needs a subject and at least one of the bodies.
//
// Files whose name begins with "_" are shared: "_footer.html" is "_footer" for
// {{template "_footer" .}} in every html file, "_footer.txt" in every txt file.
// Other files are an error, so that no slip of the pen is left out silently.
// Errors are InvalidArgument and name the file.
func ParseTemplates(dir fs.FS, o *TemplateOptions) (*Templates, error) {
	if o == nil {
		o = new(TemplateOptions)
	}
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, invalidTemplate("the folder cannot be read", err)
	}
	t := &Templates{fallback: strings.ToLower(o.Fallback), sets: map[string]map[string]*templateSet{}}
	text := texttemplate.New("").Funcs(o.Funcs).Option("missingkey=error")
	html := htmltemplate.New("").Funcs(o.Funcs).Option("missingkey=error")
	// The shared ones first: the others are parsed into copies of them.
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int {
		return boolInt(!strings.HasPrefix(a.Name(), "_")) - boolInt(!strings.HasPrefix(b.Name(), "_"))
	})
	for _, e := range entries {
		file := e.Name()
		if e.IsDir() {
			return nil, invalidTemplate(file+" is a folder", nil)
		}
		b, err := fs.ReadFile(dir, file)
		if err == nil {
			err = t.parse(file, string(b), text, html)
		}
		if err != nil {
			return nil, invalidTemplate(file+" is no template", err)
		}
	}
	for name, set := range t.sets {
		if t.fallback != "" && set[t.fallback] == nil {
			return nil, invalidTemplate(name+" is not there in the fallback language", nil)
		}
		for language, s := range set {
			if s.subject == nil || s.text == nil && s.html == nil {
				return nil, invalidTemplate(name+"."+language+" has no subject or no body", nil)
			}
		}
	}
	return t, nil
}

// parse takes one file in.
func (t *Templates) parse(file, content string, text *texttemplate.Template, html *htmltemplate.Template) error {
	ext := path.Ext(file)
	stem := strings.TrimSuffix(file, ext)
	if strings.HasPrefix(file, "_") {
		var err error
		switch ext {
		case ".txt":
			_, err = text.New(stem).Parse(content)
		case ".html":
			_, err = html.New(stem).Parse(content)
		default:
			err = errors.New("a shared template is neither txt nor html")
		}
		return err
	}
	i := strings.LastIndexByte(stem, '.')
	if i <= 0 || i+1 == len(stem) {
		return errors.New("the name is not name.language.part")
	}
	name, language := stem[:i], stem[i+1:]
	if t.sets[name] == nil {
		t.sets[name] = map[string]*templateSet{}
	}
	s := t.sets[name][strings.ToLower(language)]
	if s == nil {
		s = &templateSet{language: language}
		t.sets[name][strings.ToLower(language)] = s
	}
	switch ext {
	case ".subject", ".txt":
		c, err := text.Clone()
		if err == nil {
			c, err = c.New(file).Parse(content)
		}
		if ext == ".txt" {
			s.text = c
		} else {
			s.subject = c
		}
		return err
	case ".html":
		c, err := html.Clone()
		if err == nil {
			c, err = c.New(file).Parse(content)
		}
		s.html = c
		return err
	}
	return errors.New("the part is neither subject, txt nor html")
}

// Fill writes subject and bodies of the template into m and sets its Language.
// The language is the one asked for (BCP 47), else one with less said: zh-Hant
// for zh-Hant-HK, then zh; else the fallback. No template of that name or
// language is NotFound. What cannot be filled in, a missing key of a map too, or
// a subject of more than one line, is InvalidArgument. m is unchanged then, and
// the error tells nothing of the data.
func (t *Templates) Fill(m *Message, name, language string, data any) error {
	s := t.find(name, language)
	if s == nil {
		return &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
			Provider: "mail", Op: "template", Ref: m.Key, Message: "there is no such template in this language"}
	}
	var subject, text, html strings.Builder
	err := s.subject.Execute(&subject, data)
	if err == nil && s.text != nil {
		err = s.text.Execute(&text, data)
	}
	if err == nil && s.html != nil {
		err = s.html.Execute(&html, data)
	}
	if err != nil { // its text may quote the data
		return waybill.Invalid("template", "the template could not be filled in").With("mail", "", m.Key)
	}
	line := strings.TrimRight(subject.String(), " \r\n")
	if !validHeader(line) {
		return waybill.Invalid("template", "the subject has control characters or more than one line").With("mail", "", m.Key)
	}
	m.Subject, m.Text, m.HTML, m.Language = line, text.String(), html.String(), s.language
	return nil
}

func (t *Templates) find(name, language string) *templateSet {
	set := t.sets[name]
	for l := strings.ToLower(strings.ReplaceAll(language, "_", "-")); l != ""; {
		if s := set[l]; s != nil {
			return s
		}
		i := strings.LastIndexByte(l, '-')
		l = l[:max(i, 0)]
	}
	return set[t.fallback]
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func invalidTemplate(what string, err error) error {
	e := waybill.Invalid("template", what)
	e.Err = err
	return e.With("mail", "", "")
}
