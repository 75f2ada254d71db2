//! A line of the trigger language taken apart into words and texts in quotes.

use super::TriggerError;
use super::read::wrong;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, TriggerError> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&next) = chars.peek() {
        if next.is_whitespace() {
            chars.next();
        } else if matches!(next, '"' | '“' | '”') {
            chars.next();
            let mut quoted = String::new();
            loop {
                match chars.next() {
                    Some('"' | '“' | '”') => break,
                    Some('\\') => quoted.extend(chars.next()),
                    Some(char) => quoted.push(char),
                    None => return Err(wrong("a quote is not closed", "add the closing \"")),
                }
            }
            tokens.push(Token::Text(quoted));
        } else {
            let mut word = String::new();
            while let Some(char) = chars.next_if(|char| !char.is_whitespace() && *char != '"') {
                word.push(char);
            }
            tokens.push(Token::Word(word));
        }
    }
    Ok(tokens)
}

pub(super) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(found) if found.eq_ignore_ascii_case(word))
}
